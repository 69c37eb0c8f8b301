"""Esri's own client, the ArcGIS API for Python, unmodified and over HTTPS.

It turns http into https, so it needs a server with --tls. When it signs in, it keeps
only one folder of a URL's path and loses the prefix of a sandbox. So it gets the URL
of the server and the credentials of the sandbox, which lead to the sandbox.
"""

import pytest
import requests

gis = pytest.importorskip("arcgis.gis", reason="the package arcgis is not installed: pip install -r requirements-arcgis.txt")

from conftest import TLS_ROOT  # noqa: E402

ITEM = "6489da7f08f045ac8c0a5b1de37d56fe"
ORDER = {
    "f": "json",
    "purchaserOrgId": "sWwd06TnJR4lHopc",
    "orgEntitlements": {"maxUsers": 10, "entitlements": {"standard": {"num": 8}}},
}
SIGN_IN = ["generateToken", "sharingInfo", "portalSelf", "user", "user", "portalSelf"]


@pytest.fixture(autouse=True)
def nothing_goes_astray(request):
    """Calls without credentials reach the default sandbox. They must not be violations there."""
    ca = request.getfixturevalue("ca")
    yield
    reply = requests.get(f"{TLS_ROOT}/__admin/sandboxes/default/calls", params={"violations": "true"}, verify=ca, timeout=10)
    assert reply.json()["calls"] == []


def connect(ca, **options):
    return gis.GIS(f"{TLS_ROOT}/portal", ca_bundles=ca, set_active=False, **options)


def by_password(sandbox, ca):
    member = sandbox.member()
    return connect(ca, username=member["username"], password=member["password"], use_gen_token=True)


def provision_url(portal):
    return f"{portal.url}/sharing/rest/content/listings/{ITEM}/provisionOrgEntitlements"


def license_url(portal):
    return f"{portal.url}/portaladmin/license/getFutureLicense"


def operations(sandbox):
    return [call["operation"] for call in sandbox.calls()]


def test_by_password(tls_sandbox, ca):
    portal = by_password(tls_sandbox, ca)

    assert portal.users.me.username == "admin"
    assert portal.users.me.role == "org_admin"
    assert portal.properties.portalName == "ArcGIS Enterprise"
    assert operations(tls_sandbox) == SIGN_IN
    assert tls_sandbox.calls()[0]["params"]["client"] == "referer"


def test_by_token(tls_sandbox, ca):
    portal = connect(ca, token=tls_sandbox.member()["token"])

    assert portal.users.me.username == "admin"
    assert operations(tls_sandbox) == SIGN_IN[1:]


def test_without_verification(tls_sandbox):
    portal = connect(None, verify_cert=False, token=tls_sandbox.member()["token"])

    assert portal.users.me.username == "admin"


def test_as_an_application(tls_sandbox, ca):
    app = tls_sandbox.apps[0]
    portal = connect(ca, client_id=app["clientId"], client_secret=app["clientSecret"])

    assert portal._con.get(license_url(portal), {"f": "json"})["userTypes"]
    assert "f" not in tls_sandbox.calls(operation="oauthToken")[0]["params"]


def test_by_its_default_sign_in(tls_sandbox, ca):
    """Without a switch the client reads the sign-in page of the portal, and sends the form."""
    member = tls_sandbox.member()
    portal = connect(ca, username=member["username"], password=member["password"])

    assert portal.users.me.username == "admin"
    assert portal._con.get(license_url(portal), {"f": "json"})["userTypes"]
    assert operations(tls_sandbox)[0] == "oauthSignIn"


def test_by_its_default_sign_in_with_a_wrong_password(tls_sandbox, ca):
    with pytest.raises(Exception, match="Invalid username or password"):
        connect(ca, username=tls_sandbox.member()["username"], password="wrong")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_by_a_code_without_an_address(tls_sandbox, ca, monkeypatch):
    """With a client id the client takes the code from the title of a page, and exchanges it for tokens."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca)
    member = tls_sandbox.member()
    portal = connect(None, verify_cert=False, client_id="pythonapi", username=member["username"], password=member["password"])

    assert portal.users.me.username == "admin"
    assert operations(tls_sandbox)[:3] == ["oauthSignIn", "oauthApproval", "oauthToken"]


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_by_a_code_with_pkce(tls_sandbox, ca, monkeypatch):
    from arcgis.auth import EsriPKCEAuth

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca)
    member = tls_sandbox.member()
    auth = EsriPKCEAuth(url=f"{TLS_ROOT}/portal", username=member["username"], password=member["password"], verify_cert=False)
    answer = requests.Session().get(f"{TLS_ROOT}/portal/sharing/rest/community/self?f=json", auth=auth, timeout=10)

    assert answer.json()["username"] == "admin"
    assert "code_verifier" in tls_sandbox.calls(operation="oauthToken")[0]["params"]


def test_a_wrong_password(tls_sandbox, ca):
    with pytest.raises(Exception, match="Unable to generate token|Invalid username or password"):
        connect(ca, username=tls_sandbox.member()["username"], password="wrong", use_gen_token=True)


@pytest.mark.parametrize("send", ["post", "post_multipart"])
def test_provision_by_its_connection(tls_sandbox, ca, send):
    portal = by_password(tls_sandbox, ca)
    provision = getattr(portal._con, send)(provision_url(portal), dict(ORDER))

    assert provision["orgEntitlements"]["entitlements"] == {"standard": {"num": 8}}
    [call] = tls_sandbox.calls(operation="provisionOrgEntitlements")
    assert call["params"]["orgEntitlements"] == ORDER["orgEntitlements"]
    assert "token" not in call["params"], "the token comes in the header X-Esri-Authorization"


def test_future_license_by_its_connection_and_its_session(tls_sandbox, ca):
    portal = by_password(tls_sandbox, ca)
    by_connection = portal._con.get(license_url(portal), {"f": "json"})
    by_session = portal.session.get(license_url(portal), params={"f": "json"}).json()

    assert by_connection == by_session
    assert {part["maximumRegisteredMembers"] for part in by_connection["userTypes"]} == {0}


def test_the_text_of_an_error(tls_sandbox, ca):
    portal = by_password(tls_sandbox, ca)

    with pytest.raises(Exception) as refused:
        portal._con.post(provision_url(portal), {**ORDER, "purchaserOrgId": "nobody"})
    assert str(refused.value) == "item not provisioned\n(Error Code: 400)"


def test_it_repeats_a_throttled_post_by_itself(tls_sandbox, ca):
    portal = by_password(tls_sandbox, ca)
    tls_sandbox.add_rules({
        "when": {"operation": "provisionOrgEntitlements"}, "times": 2,
        "reply": {"status": 429, "headers": {"Retry-After": "0"}, "offSpec": True}})

    assert portal._con.post(provision_url(portal), dict(ORDER))["itemId"] == ITEM
    assert [call["status"] for call in tls_sandbox.calls(operation="provisionOrgEntitlements")] == [429, 429, 200]


def test_its_administration_of_the_portal(tls_sandbox, ca):
    portal = by_password(tls_sandbox, ca)

    assert portal.admin.url == f"{portal.url}/portaladmin"
    assert operations(tls_sandbox) == [*SIGN_IN, "portalAdminRoot"]


@pytest.mark.portal("trial", allow_violations=True)
def test_its_own_wrapper_misses_the_path(tls_sandbox, ca):
    """provision_org_entitlements posts to the URL of the listing. That is the client's mistake, as the journal shows."""
    from arcgis.gis.sharing._marketplace import MarketPlaceManager

    portal = by_password(tls_sandbox, ca)
    with pytest.raises(Exception, match="Invalid URL"):
        MarketPlaceManager(portal).provision_org_entitlements(ITEM, "sWwd06TnJR4lHopc", org_entitlements=ORDER["orgEntitlements"])

    [call] = tls_sandbox.calls(violations="true")
    assert call["path"].endswith(f"/content/listings/{ITEM}")
    assert call["violations"][0]["hint"] == "did you mean POST /portal/sharing/rest/content/listings/{itemId}/provisionOrgEntitlements?"
