"""provision.py against portals in different states."""

import pytest

from provision import Licensing, PortalError

ITEM = "6489da7f08f045ac8c0a5b1de37d56fe"
PURCHASER = "sWwd06TnJR4lHopc"
DAY = 24 * 60 * 60 * 1000


@pytest.fixture
def slept():
    """The seconds that the client would have waited."""
    return []


@pytest.fixture
def licensing(sandbox, slept):
    member = sandbox.member()
    return Licensing(sandbox.sharing_url, sandbox.portaladmin_url, member["username"], member["password"], sleep=slept.append)


def operations(sandbox):
    return [(call["operation"], call["outcome"]) for call in sandbox.calls()]


def test_the_customer_gets_its_entitlements(sandbox, licensing):
    provision = licensing.provision(ITEM, PURCHASER, 10, {"standard": 8, "advanced": 2, "spatialAnalyst": 2})

    assert provision["purchaserOrgId"] == PURCHASER
    assert provision["orgEntitlements"]["maxUsers"] == 10
    assert provision["orgEntitlements"]["entitlements"] == {
        "standard": {"num": 8}, "advanced": {"num": 2}, "spatialAnalyst": {"num": 2}}
    assert provision["endDate"] - provision["created"] == 30 * DAY

    [call] = sandbox.calls(operation="provisionOrgEntitlements")
    assert call["member"] == "admin"
    assert call["params"]["orgEntitlements"] == {
        "maxUsers": 10, "entitlements": {"standard": {"num": 8}, "advanced": {"num": 2}, "spatialAnalyst": {"num": 2}}}
    assert "token" not in call["params"], "the token belongs in the header"


def test_one_sign_in_is_enough(sandbox, licensing):
    licensing.provision(ITEM, PURCHASER, 10, {"standard": 8})
    licensing.provision(ITEM, PURCHASER, 20, {"standard": 16})

    assert operations(sandbox) == [
        ("generateToken", "ok"), ("provisionOrgEntitlements", "ok"), ("provisionOrgEntitlements", "ok")]


def test_a_later_order_replaces_the_earlier_one(licensing):
    licensing.provision(ITEM, PURCHASER, 10, {"standard": 8, "advanced": 2})
    provision = licensing.provision(ITEM, PURCHASER, 4, {"advanced": 4})

    assert provision["orgEntitlements"]["entitlements"] == {"advanced": {"num": 4}}


@pytest.mark.portal("future-entitlements")
def test_licences_to_come(licensing):
    assert [(name, count) for name, count, _ in licensing.to_come()] == [
        ("creatorUT", 25), ("fieldAppsAB", 10), ("Insights", 5)]


@pytest.mark.portal("no-future-entitlements")
def test_no_licences_to_come(licensing):
    assert licensing.to_come() == []


@pytest.mark.portal("missing-privilege")
def test_a_member_without_the_privilege(sandbox, licensing):
    with pytest.raises(PortalError, match="403: You do not have permissions"):
        licensing.provision(ITEM, PURCHASER, 10, {"standard": 8})

    assert operations(sandbox) == [("generateToken", "ok"), ("provisionOrgEntitlements", "error")]


def test_a_trial_that_has_ended(sandbox, licensing):
    sandbox.advance("31d")

    with pytest.raises(PortalError, match="400: item not provisioned"):
        licensing.provision(ITEM, PURCHASER, 10, {"standard": 8})


def test_a_wrong_password(sandbox):
    licensing = Licensing(sandbox.sharing_url, sandbox.portaladmin_url, sandbox.member()["username"], "wrong")

    with pytest.raises(PortalError, match="400: Unable to generate token. Invalid username or password."):
        licensing.to_come()


def test_a_token_that_has_expired(sandbox, licensing):
    licensing.to_come()
    sandbox.advance("2h")
    licensing.to_come()

    assert operations(sandbox) == [
        ("generateToken", "ok"), ("getFutureLicense", "ok"),
        ("getFutureLicense", "error"), ("generateToken", "ok"), ("getFutureLicense", "ok")]
    assert sandbox.calls(outcome="error")[0]["errorCode"] == 498


def test_a_portal_that_asks_for_patience(sandbox, licensing, slept):
    sandbox.add_rules({
        "when": {"operation": "provisionOrgEntitlements"}, "times": 2,
        "reply": {"status": 429, "headers": {"Retry-After": "7"}, "offSpec": True}})

    licensing.provision(ITEM, PURCHASER, 10, {"standard": 8})

    assert slept == [7, 7]
    assert [call["status"] for call in sandbox.calls(operation="provisionOrgEntitlements")] == [429, 429, 200]


def test_a_portal_that_never_recovers(sandbox, licensing, slept):
    sandbox.add_rules({"when": {"operation": "getFutureLicense"}, "reply": {"status": 429, "offSpec": True}})

    with pytest.raises(PortalError, match="429"):
        licensing.to_come()

    assert slept == [2, 4, 8]
    assert len(sandbox.calls(operation="getFutureLicense")) == 4


def test_a_proxy_that_answers_with_a_page(sandbox, licensing):
    sandbox.add_rules({"when": {"operation": "getFutureLicense"}, "times": 1, "fault": {"kind": "html", "status": 502}})

    with pytest.raises(PortalError, match="502: not JSON but text/html"):
        licensing.to_come()
