"""The requests of the ArcGIS API for Python, one by one, made with the package requests."""

import json

import pytest
import requests

ITEM = "6489da7f08f045ac8c0a5b1de37d56fe"
FORM = {
    "f": "json",
    "purchaserOrgId": "sWwd06TnJR4lHopc",
    "orgEntitlements": json.dumps({"maxUsers": 10, "entitlements": {"standard": {"num": 8}}}),
}


def signed_in(sandbox, referer="http"):
    """A token that is bound to a referer."""
    member = sandbox.member()
    reply = requests.post(f"{sandbox.sharing_url}/generateToken", timeout=10, data={
        "f": "json", "username": member["username"], "password": member["password"],
        "client": "referer", "referer": referer, "expiration": 60}).json()
    assert reply["ssl"] is False
    return reply["token"]


def provision(sandbox, *, headers=None, **content):
    return requests.post(
        f"{sandbox.sharing_url}/content/listings/{ITEM}/provisionOrgEntitlements", headers=headers, timeout=10, **content)


@pytest.mark.parametrize("name", ["X-Esri-Authorization", "Authorization"])
def test_token_in_a_header(sandbox, name):
    reply = provision(sandbox, data=FORM, headers={name: f"Bearer {signed_in(sandbox)}", "Referer": "http"}).json()

    assert reply["orgEntitlements"]["maxUsers"] == 10


def test_token_of_another_referer(sandbox):
    token = signed_in(sandbox, referer="https://app.example.com")
    reply = provision(sandbox, data=FORM, headers={"X-Esri-Authorization": f"Bearer {token}", "Referer": "http"}).json()

    assert reply["error"] == {"code": 498, "message": "Invalid token.", "details": []}


def test_token_that_is_in_no_header(sandbox):
    reply = provision(sandbox, data={**FORM, "token": sandbox.member()["token"]}).json()

    assert reply["itemId"] == ITEM
    [call] = sandbox.calls()
    assert call["params"]["token"] == "***", "the journal holds no secrets"


def test_multipart(sandbox):
    parts = {name: (None, value) for name, value in FORM.items()}
    response = provision(sandbox, files=parts, headers={"X-Esri-Authorization": f"Bearer {sandbox.member()['token']}"})

    assert response.request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert response.json()["itemId"] == ITEM
    assert sandbox.calls()[0]["params"]["orgEntitlements"]["maxUsers"] == 10


def test_what_the_python_api_needs_of_an_answer(sandbox):
    """The client saves an answer that is neither text nor JSON to a file, and reads chunked errors differently."""
    response = provision(sandbox, data=FORM, headers={"Accept-Encoding": "gzip, deflate"})

    assert response.status_code == 200, "the portal's errors come under 200"
    assert response.json()["error"]["code"] == 499
    assert "json" in response.headers["Content-Type"]
    assert "Transfer-Encoding" not in response.headers
    assert int(response.headers["Content-Length"]) > 0


def strict_json(response):
    """Reads a response as a client does that insists on application/json, such as the R package arcgisutils (its issue 52)."""
    kind = response.headers["Content-Type"].partition(";")[0]
    if kind != "application/json":
        raise ValueError(f"unexpected content type {kind}")
    return response.json()


def app_token(sandbox):
    [app] = sandbox.apps
    return requests.post(f"{sandbox.sharing_url}/oauth2/token", timeout=10, data={
        "f": "json", "grant_type": "client_credentials", "client_id": app["clientId"], "client_secret": app["clientSecret"]})


def test_a_client_that_insists_on_json(sandbox):
    assert strict_json(app_token(sandbox))["access_token"]


@pytest.mark.portal({
    "format": 1, "summary": "The portal sends tokens as text/plain, as one was seen to do.", "extends": "trial",
    "world": {"portal": {"contentTypes": "observed"}}})
def test_a_client_that_insists_on_json_gets_text(sandbox):
    response = app_token(sandbox)

    assert response.json()["access_token"]
    with pytest.raises(ValueError, match="unexpected content type text/plain"):
        strict_json(response)


def test_f_left_out(sandbox):
    """The most common mistake: without f=json the answer is HTML, and not an error."""
    response = provision(sandbox, data={name: value for name, value in FORM.items() if name != "f"})

    assert response.headers["Content-Type"].startswith("text/html")


def test_the_same_by_credentials_alone(sandbox):
    """A client without a path prefix is isolated too: its credentials lead to the sandbox."""
    root = sandbox.url.removesuffix(f"/sandboxes/{sandbox.id}")
    reply = requests.get(
        f"{root}/portal/portaladmin/license/getFutureLicense", params={"f": "json"}, timeout=10,
        headers={"X-Esri-Authorization": f"Bearer {sandbox.member()['token']}"}).json()

    assert reply["userTypes"]
    assert [call["operation"] for call in sandbox.calls()] == ["getFutureLicense"]
