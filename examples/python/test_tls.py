"""The same program over HTTPS. It trusts the authority of the server."""

import pytest
import requests

from conftest import TLS_ROOT
from provision import Licensing, PortalError

ITEM = "6489da7f08f045ac8c0a5b1de37d56fe"
PURCHASER = "sWwd06TnJR4lHopc"


def licensing(sandbox, **options):
    member = sandbox.member()
    return Licensing(sandbox.sharing_url, sandbox.portaladmin_url, member["username"], member["password"], **options)


@pytest.mark.portal("signature-required")
def test_a_listing_that_needs_https(tls_sandbox, ca):
    assert tls_sandbox.url.startswith("https://")
    provision = licensing(tls_sandbox, verify=ca).provision(ITEM, PURCHASER, 10, {"standard": 8})

    assert provision["orgEntitlements"]["maxUsers"] == 10


@pytest.mark.portal("signature-required")
def test_a_listing_that_needs_https_over_http(sandbox):
    with pytest.raises(PortalError, match="403: SSL Required"):
        licensing(sandbox).provision(ITEM, PURCHASER, 10, {"standard": 8})


def test_a_client_that_trusts_nobody_new(ca):
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(f"{TLS_ROOT}/readyz", timeout=10)
