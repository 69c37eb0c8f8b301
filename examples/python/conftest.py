"""A portal for every test, all on one mockportal.

Copy this file into your tests. It needs only requests. It reads:

    MOCKPORTAL_URL            the server's root, http://127.0.0.1:8080 if not set
    MOCKPORTAL_CONTROL_URL    its control API, $MOCKPORTAL_URL/__admin if not set
    MOCKPORTAL_CONTROL_TOKEN  the value of --control-token, if the server has one
    MOCKPORTAL_TLS_URL        the root of a server with --tls, for tests over HTTPS
"""

import os
from contextlib import contextmanager

import pytest
import requests

ROOT = os.environ.get("MOCKPORTAL_URL", "http://127.0.0.1:8080").rstrip("/")
CONTROL = os.environ.get("MOCKPORTAL_CONTROL_URL", f"{ROOT}/__admin").rstrip("/")
TLS_ROOT = os.environ.get("MOCKPORTAL_TLS_URL", "").rstrip("/")


def pytest_configure(config):
    config.addinivalue_line("markers", (
        'portal(scenario, allow_violations=False, **more): what the fixture sandbox plays, "trial" if not said; '
        "more is clock, seed or rules, as in POST sandboxes of the control API"))


class Sandbox:
    """The portal of one test, with its part of the control API."""

    def __init__(self, control, session, verify, choice):
        self._control = control
        self._session = session
        # Passed with each request: REQUESTS_CA_BUNDLE would override the session's setting.
        self._verify = verify
        try:
            made = self._ask("POST", "/sandboxes", json=choice)
        except requests.ConnectionError as error:
            pytest.fail(f"no mockportal answers at {control}: {error}", pytrace=False)
        self.id = made["id"]
        self.url = made["url"]
        self.sharing_url = made["sharingUrl"]
        self.portaladmin_url = made["portalAdminUrl"]
        self.apps = made["apps"]
        self._members = {member["username"].removesuffix(f".{self.id}"): member for member in made["members"]}

    def member(self, name="admin"):
        """username, password and token. They lead to this sandbox also at the server's own URLs."""
        return self._members[name]

    def calls(self, **only):
        """The journal, oldest call first. only: operation, member, outcome, violations, after, limit."""
        return self._ask("GET", f"/sandboxes/{self.id}/calls", params=only)["calls"]

    def advance(self, duration):
        """Advances the portal's clock by a duration such as 31d or 2h."""
        self._ask("POST", f"/sandboxes/{self.id}/clock", json={"advance": duration})

    def add_rules(self, *rules):
        """Changes how the portal answers, with rules as in a scenario file."""
        self._ask("POST", f"/sandboxes/{self.id}/rules", json=list(rules))

    def delete(self):
        """Deletes the sandbox and returns its summary: calls, violations, unmet expectations."""
        return self._ask("DELETE", f"/sandboxes/{self.id}")

    def _ask(self, method, path, **content):
        response = self._session.request(method, self._control + path, timeout=10, verify=self._verify, **content)
        if not response.ok:
            pytest.fail(f"{method} {path}: {response.text}", pytrace=False)
        return response.json()


@contextmanager
def new_sandbox(request, control, verify=True):
    """Creates the sandbox of the test's marker, and deletes it. Violations and unmet expectations are errors."""
    marker = request.node.get_closest_marker("portal")
    scenario = marker.args[0] if marker and marker.args else "trial"
    choice = {"scenario": scenario, **(marker.kwargs if marker else {})}
    allowed = choice.pop("allow_violations", False)
    with requests.Session() as session:
        if token := os.environ.get("MOCKPORTAL_CONTROL_TOKEN"):
            session.headers["Authorization"] = f"Bearer {token}"
        sandbox = Sandbox(control, session, verify, choice)
        try:
            yield sandbox
        finally:
            wrong = [] if allowed else sandbox.calls(violations="true")
            summary = sandbox.delete()
        if summary["violations"] and not allowed:
            pytest.fail("the portal's contract was violated:\n" + "\n".join(
                f"  call {call['number']}, {call['method']} {call['path']}: {v['in']} {v['name']}{v['pointer']} {v['message']}; {v['hint']}"
                for call in wrong for v in call["violations"]), pytrace=False)
        if summary["unmet"]:
            pytest.fail(f"expectations of the scenario are not met: {summary['unmet']}", pytrace=False)


@pytest.fixture
def sandbox(request):
    """The test's own portal, over HTTP."""
    with new_sandbox(request, CONTROL) as made:
        yield made


@pytest.fixture(scope="session")
def ca(tmp_path_factory):
    """The file of the authority that signed the certificate of MOCKPORTAL_TLS_URL."""
    if not TLS_ROOT:
        pytest.skip("MOCKPORTAL_TLS_URL is not set: it names a mockportal that was started with --tls")
    # This answer cannot be verified, because it has the authority.
    with pytest.warns(requests.packages.urllib3.exceptions.InsecureRequestWarning):
        response = requests.get(f"{TLS_ROOT}/__admin/ca.pem", verify=False, timeout=10)
    response.raise_for_status()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_bytes(response.content)
    return str(file)


@pytest.fixture
def tls_sandbox(request, ca):
    """The test's own portal, over HTTPS."""
    with new_sandbox(request, f"{TLS_ROOT}/__admin", verify=ca) as made:
        yield made
