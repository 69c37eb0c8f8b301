"""The fixture of conftest.py fails a test that misuses the portal."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

MISSPELT = '''
import pytest, requests

@pytest.mark.portal(%s)
def test_misspelt(sandbox):
    requests.post(sandbox.sharing_url + "/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements",
                  data={"f": "json", "token": sandbox.member()["token"], "purchaserOrgID": "sWwd06TnJR4lHopc"}, timeout=10)
'''


@pytest.fixture
def inner(pytester):
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text())
    return pytester


def test_a_violation_is_an_error(inner):
    inner.makepyfile(MISSPELT % '"trial"')
    result = inner.runpytest_subprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(['*call 1, POST *: form purchaserOrgID *did you mean "purchaserOrgId"?*'])


def test_a_violation_that_is_meant(inner):
    inner.makepyfile(MISSPELT % '"trial", allow_violations=True')

    inner.runpytest_subprocess().assert_outcomes(passed=1)


def test_an_expectation_that_is_not_met(inner):
    inner.makepyfile('''
        import pytest

        @pytest.mark.portal({"format": 1, "summary": "One call is expected.", "extends": "trial",
                             "expect": [{"when": {"operation": "getFutureLicense"}, "exactly": 1}]})
        def test_that_does_nothing(sandbox):
            pass
    ''')
    result = inner.runpytest_subprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*expectations of the scenario are not met*"])


def test_a_server_that_is_not_there(inner, monkeypatch):
    monkeypatch.setenv("MOCKPORTAL_CONTROL_URL", "http://127.0.0.1:1/__admin")
    inner.makepyfile("def test_anything(sandbox): pass")
    result = inner.runpytest_subprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no mockportal answers at http://127.0.0.1:1/__admin*"])
