"""Gives a customer the licences that it has bought, and looks up future licences.

This is the program under test: an ordinary client of an ArcGIS portal. It does not
know mockportal; its tests pass the URLs of one.
"""

import json
import time

import requests

# Signing in again helps with these codes. Both come in the error envelope, with HTTP 200.
TOKEN_REFUSED = (498, 499)
# Waiting helps with these HTTP statuses. They usually come from a proxy.
TRY_LATER = (429, 503)


class PortalError(Exception):
    """An error of the portal, or an answer that is not from a portal."""

    def __init__(self, code, message, details=()):
        super().__init__(" ".join([f"{code}: {message}", *details]))
        self.code = code
        self.message = message


class Licensing:
    """The two licensing operations, as one member of the selling organisation.

    It speaks as the ArcGIS API for Python does: the token stands in a header and is
    bound to a referer, which is then sent with every call. Not for several threads.
    """

    def __init__(self, sharing_url, portaladmin_url, username, password, *,
                 referer="http", verify=True, attempts=4, sleep=time.sleep):
        self.sharing_url = sharing_url
        self.portaladmin_url = portaladmin_url
        self._credentials = {"username": username, "password": password}
        self._attempts = attempts
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["Referer"] = referer
        # Passed with each request: REQUESTS_CA_BUNDLE would override the session's setting.
        self._verify = verify

    def sign_in(self):
        """Gets a token for an hour. The calls below do it when needed."""
        self._session.headers.pop("X-Esri-Authorization", None)
        reply = self._send("POST", f"{self.sharing_url}/generateToken", {
            **self._credentials,
            "client": "referer",
            "referer": self._session.headers["Referer"],
            "expiration": 60,
        })
        self._session.headers["X-Esri-Authorization"] = f"Bearer {reply['token']}"

    def provision(self, item_id, purchaser_org_id, max_users, counts):
        """Sets what an organisation may use of a listing, and returns its provision.

        counts says how many of each entitlement, such as {"standard": 8}.
        """
        entitlements = {name: {"num": count} for name, count in counts.items()}
        return self._call("POST", f"{self.sharing_url}/content/listings/{item_id}/provisionOrgEntitlements", {
            "purchaserOrgId": purchaser_org_id,
            "orgEntitlements": json.dumps({"maxUsers": max_users, "entitlements": entitlements}),
        })

    def to_come(self):
        """Returns (id, count, date in milliseconds) of each future licence."""
        reply = self._call("GET", f"{self.portaladmin_url}/license/getFutureLicense", {})
        return [
            (part["id"], part["maximumRegisteredMembers"], part["startDate"])
            for kind in ("userTypes", "appBundles", "apps", "extensions")
            for part in reply[kind]
            if part["maximumRegisteredMembers"] > 0
        ]

    def _call(self, method, url, params):
        """Signs in first if needed, and once more if the portal refuses the token."""
        if "X-Esri-Authorization" in self._session.headers:
            try:
                return self._send(method, url, params)
            except PortalError as error:
                if error.code not in TOKEN_REFUSED:
                    raise
        self.sign_in()
        return self._send(method, url, params)

    def _send(self, method, url, params):
        """Sends a request, and retries while the portal is busy. Both operations may be repeated."""
        params = {**params, "f": "json"}
        where = {"data": params} if method == "POST" else {"params": params}
        for attempt in range(1, self._attempts + 1):
            response = self._session.request(method, url, timeout=30, verify=self._verify, **where)
            if response.status_code not in TRY_LATER or attempt == self._attempts:
                return self._read(response)
            self._sleep(float(response.headers.get("Retry-After", 2 ** attempt)))

    @staticmethod
    def _read(response):
        """The JSON of the reply. The portal's errors are HTTP 200 with an error in the body."""
        try:
            reply = response.json()
        except requests.JSONDecodeError:
            raise PortalError(response.status_code, f"not JSON but {response.headers.get('Content-Type')}") from None
        if "error" in reply:
            error = reply["error"]
            raise PortalError(error["code"], error["message"], error.get("details") or ())
        return reply
