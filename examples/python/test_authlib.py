"""Authlib signs a member in through the OAuth pages: the page, its form, the redirect with a code, the token."""

import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

REDIRECT_URI = "https://app.example.com/callback"  # nothing listens there
pytestmark = pytest.mark.portal({
    "format": 1, "summary": "Our web application is registered with the portal.", "extends": "trial",
    "world": {"apps": {"web": {"secret": "web-secret", "redirectUris": ["https://app.example.com"]}}}})


class Form(HTMLParser):
    """The action and the hidden fields of a page's form."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]


def application(sandbox, secret=True, **more):
    """The portal reads the secret in the form, not in Authorization. Without a secret this is a public client."""
    [app] = [app for app in sandbox.apps if app["clientId"].startswith("web")]
    return OAuth2Session(
        app["clientId"], app["clientSecret"] if secret else None, redirect_uri=REDIRECT_URI,
        token_endpoint_auth_method="client_secret_post" if secret else "none",
        token_endpoint=f"{sandbox.sharing_url}/oauth2/token", default_timeout=10, **more)


def sign_in(sandbox, client, **more):
    """Does what a member does in a browser. Returns the state, and the address that the browser is sent to."""
    address, state = client.create_authorization_url(f"{sandbox.sharing_url}/oauth2/authorize", **more)
    member = sandbox.member("viewer")
    with requests.Session() as browser:
        page = browser.get(address, timeout=10)
        form = Form(page.text)
        answer = browser.post(
            urljoin(page.url, form.action), allow_redirects=False, timeout=10,
            data={**form.fields, "username": member["username"], "password": member["password"]})
    assert answer.status_code == 302, answer.text
    assert urlsplit(answer.headers["Location"])._replace(query="").geturl() == REDIRECT_URI
    return state, answer.headers["Location"]


def fetch_token(client, state, location, **more):
    """Authlib reads the code, and compares the state with that of the redirect."""
    return client.fetch_token(authorization_response=location, state=state, **more)


def whoami(sandbox, client):
    return client.get(f"{sandbox.sharing_url}/community/self", params={"f": "json"}).json()


def test_with_a_secret(sandbox):
    with application(sandbox) as client:
        token = fetch_token(client, *sign_in(sandbox, client))

        assert token["expires_in"] == 1800
        assert whoami(sandbox, client)["username"] == "viewer"


def test_with_pkce(sandbox):
    with application(sandbox, secret=False, code_challenge_method="S256") as client:
        verifier = generate_token(48)
        fetch_token(client, *sign_in(sandbox, client, code_verifier=verifier), code_verifier=verifier)

        assert whoami(sandbox, client)["username"] == "viewer"
    [call] = sandbox.calls(operation="oauthAuthorize")
    assert call["params"]["code_challenge_method"] == "S256"
    assert verifier not in call["params"]["code_challenge"]


def test_a_wrong_verifier_and_a_code_that_is_used_twice(sandbox):
    with application(sandbox, secret=False, code_challenge_method="S256") as client:
        verifier = generate_token(48)
        back = sign_in(sandbox, client, code_verifier=verifier)

        assert refusal(client, *back, code_verifier=generate_token(48)) == "Invalid code_verifier"
        fetch_token(client, *back, code_verifier=verifier)
        assert refusal(client, *back, code_verifier=verifier) == "Invalid code"


def test_another_redirect_uri(sandbox):
    with application(sandbox) as client:
        back = sign_in(sandbox, client)
        client.redirect_uri = f"{REDIRECT_URI}/other"

        assert refusal(client, *back) == "Invalid redirect_uri"


def test_another_state(sandbox):
    with application(sandbox) as client:
        _, location = sign_in(sandbox, client)
        with pytest.raises(AuthlibBaseError, match="state"):
            fetch_token(client, "another", location)

    assert sandbox.calls(operation="oauthToken") == [], "Authlib does not send a code whose state is wrong"


def test_it_refreshes_a_token_by_itself(sandbox):
    """The portal ends a token by its own clock. Authlib compares it with the real clock, so the test dates the token back."""
    kept = []
    with application(sandbox, update_token=lambda token, refresh_token, access_token=None: kept.append(token)) as client:
        first = dict(fetch_token(client, *sign_in(sandbox, client)))
        sandbox.advance("30m")
        assert requests.get(
            f"{sandbox.sharing_url}/community/self", params={"f": "json"}, timeout=10,
            headers={"Authorization": f"Bearer {first['access_token']}"}).json()["error"]["code"] == 498

        client.token = {**first, "expires_at": int(time.time()) - 1}
        assert whoami(sandbox, client)["username"] == "viewer"
    [fresh] = kept
    assert fresh["access_token"] != first["access_token"]
    assert fresh["refresh_token"] == first["refresh_token"]


def refusal(client, state, location, **more):
    """The portal's words. Its errors are objects, which Authlib hands on."""
    with pytest.raises(AuthlibBaseError) as refused:
        fetch_token(client, state, location, **more)
    return refused.value.error["message"]
