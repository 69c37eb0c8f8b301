// Every error of the portal, as the client shows it: its class, its code and its message.
// The rows have the ids of mockportal's error fixtures. A team can overlay their texts by these ids.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationCredentialsManager, ArcGISIdentityManager, request, validateAppAccess } from '@esri/arcgis-rest-request';
import { getUser } from '@esri/arcgis-rest-portal';
import { itemId, purchaserOrgId, sandbox } from '../support/mockportal.js';

globalThis.ARCGIS_REST_JS_SUPPRESS_TOKEN_WARNING = true;

const orgEntitlements = { maxUsers: 1, entitlements: { standard: { num: 1 } } };
const admin = 'admin-token';

const provision = (portal, { authentication = admin, item = itemId, ...options } = {}) => request(
  `${portal.sharingUrl}/content/listings/${item}/provisionOrgEntitlements`,
  { authentication, params: { purchaserOrgId, orgEntitlements }, ...options },
);
const futureLicense = (portal, { authentication = admin, ...options } = {}) => request(
  `${portal.portalAdminUrl}/license/getFutureLicense`,
  { authentication, httpMethod: 'GET', ...options },
);
const oauth = (portal, params) => request(`${portal.sharingUrl}/oauth2/token`, { params: { client_id: 'app', ...params } });
const authorize = (portal, params) => request(`${portal.sharingUrl}/oauth2/authorize`, {
  httpMethod: 'GET', params: { response_type: 'code', ...params },
});
const signInToDirectory = (portal, params) => request(`${portal.portalAdminUrl}/login`, { params });
// Errors inside the portal, which only a rule can cause.
const answer = (operation, error) => ({ when: { operation }, times: 1, reply: { error } });
const large = 'x'.repeat(1 << 20);

// A row: an action; name, code and message of the client's error; then, unless they are the usual ones, the scenario,
// the rules, the portal's details, and the number of calls that violate the contract.
const rows = {
  'errors/sharing/token-required': {
    act: (portal) => provision(portal, { authentication: null }),
    error: ['ArcGISAuthError', 499, '499: Token Required'],
  },
  'errors/sharing/token-invalid': {
    act: (portal) => provision(portal, { authentication: 'wrong-token' }),
    error: ['ArcGISAuthError', 498, '498: Invalid token.'],
  },
  'errors/sharing/not-permitted': {
    act: (portal) => provision(portal, { authentication: 'viewer-token' }),
    error: ['ArcGISRequestError', 'GWM_0003', 'GWM_0003: You do not have permissions to access this resource or perform this operation.'],
  },
  'errors/sharing/item-not-found': {
    act: (portal) => provision(portal, { item: 'ffffffffffffffffffffffffffffffff' }),
    error: ['ArcGISRequestError', 'CONT_0001', 'CONT_0001: Item does not exist or is inaccessible.'],
  },
  'errors/sharing/item-not-provisioned': {
    scenario: 'interested',
    act: (portal) => provision(portal),
    error: ['ArcGISRequestError', 400, '400: item not provisioned'],
  },
  'errors/sharing/not-licensed-by-user': {
    scenario: 'licensed-by-organization',
    act: (portal) => provision(portal),
    error: ['ArcGISRequestError', 400, '400: not licensed by user'],
  },
  'errors/sharing/ssl-required': {
    scenario: 'signature-required',
    // Over HTTPS this listing is provisioned: see tls.test.js.
    skip: (portal) => portal.url.startsWith('https:') && 'the server speaks HTTPS',
    act: (portal) => provision(portal),
    error: ['ArcGISRequestError', 403, '403: SSL Required'],
  },
  'errors/sharing/parameters-invalid': {
    rules: answer('provisionOrgEntitlements', 'errors/sharing/parameters-invalid'),
    act: (portal) => provision(portal),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
  },
  'errors/sharing/parameter-missing': {
    act: (portal) => provision(portal, { params: { orgEntitlements } }),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
    details: ["'purchaserOrgId' must be specified."],
    violations: 1,
  },
  'errors/sharing/parameter-malformed': {
    act: (portal) => provision(portal, { params: { purchaserOrgId, orgEntitlements: { maxUsers: '10', entitlements: {} } } }),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
    details: ["'orgEntitlements/maxUsers' must be an integer from 0 to 2147483647."],
    violations: 1,
  },
  'errors/sharing/url-invalid': {
    act: (portal) => request(`${portal.sharingUrl}/content/listing/${itemId}/provisionOrgEntitlements`, { authentication: admin }),
    error: ['ArcGISRequestError', 400, '400: Invalid URL'],
    violations: 1, // a misspelt path
  },
  'errors/sharing/method-not-supported': {
    act: (portal) => provision(portal, { httpMethod: 'GET' }),
    error: ['ArcGISRequestError', 405, '405: Method not supported.'],
    details: ['Allowed: POST.'],
    violations: 1,
  },
  'errors/sharing/sign-in-failed': {
    act: (portal) => ArcGISIdentityManager.signIn({ username: 'admin', password: 'wrong', portal: portal.sharingUrl }),
    error: ['ArcGISTokenRequestError', 'TOKEN_REFRESH_FAILED', 'TOKEN_REFRESH_FAILED: 400: Unable to generate token.'],
  },
  'errors/sharing/user-not-found': {
    act: (portal) => getUser({ username: 'nobody', authentication: admin, portal: portal.sharingUrl }),
    error: ['ArcGISRequestError', 'COM_0018', 'COM_0018: User does not exist or is inaccessible.'],
  },
  'errors/sharing/too-large': {
    act: (portal) => provision(portal, { params: { purchaserOrgId: large, orgEntitlements } }),
    error: ['ArcGISRequestError', 'HTTP 413 Request Entity Too Large', 'HTTP 413 Request Entity Too Large: The request is too large..'],
    violations: 1,
  },
  'errors/sharing/credentials-in-query': {
    rules: answer('generateToken', 'errors/sharing/credentials-in-query'), // in strict mode the violation is refused first
    act: (portal) => request(`${portal.sharingUrl}/generateToken`, {
      httpMethod: 'GET', params: { username: 'admin', password: 'admin-password' },
    }),
    error: ['ArcGISRequestError', 400, '400: POST request should not contain username and password in the query string'],
    violations: 1,
  },
  'errors/sharing/server-token-missing': {
    act: (portal) => request(`${portal.sharingUrl}/generateToken`, { params: { serverUrl: 'https://server.example.com' } }),
    error: ['ArcGISRequestError', 400, '400: Unable to generate token.'],
  },
  'errors/sharing/internal': {
    rules: answer('provisionOrgEntitlements', 'errors/sharing/internal'),
    act: (portal) => provision(portal),
    error: ['ArcGISRequestError', 500, '500: Internal server error.'],
  },
  'errors/sharing/oauth-client-invalid': {
    act: (portal) => oauth(portal, { client_id: 'nobody', client_secret: 'app-secret', grant_type: 'client_credentials' }),
    error: ['ArcGISRequestError', 400, '400: Invalid client_id'],
  },
  'errors/sharing/oauth-secret-invalid': {
    act: (portal) => provision(portal, {
      authentication: ApplicationCredentialsManager.fromCredentials({ clientId: 'app', clientSecret: 'wrong', portal: portal.sharingUrl }),
    }),
    error: ['ArcGISTokenRequestError', 'TOKEN_REFRESH_FAILED', 'TOKEN_REFRESH_FAILED: 400: Invalid client_secret'],
  },
  'errors/sharing/oauth-refresh-token-invalid': {
    act: (portal) => new ArcGISIdentityManager({
      clientId: 'app', refreshToken: 'wrong', redirectUri: 'https://app.example.com', portal: portal.sharingUrl,
    }).refreshCredentials(),
    error: ['ArcGISTokenRequestError', 'TOKEN_REFRESH_FAILED', 'TOKEN_REFRESH_FAILED: 498: refresh_token expired'],
  },
  'errors/sharing/oauth-code-invalid': {
    act: (portal) => ArcGISIdentityManager.exchangeAuthorizationCode(
      { clientId: 'app', redirectUri: 'https://app.example.com', codeVerifier: 'verifier', portal: portal.sharingUrl },
      'wrong',
    ),
    error: ['ArcGISTokenRequestError', 'REFRESH_TOKEN_EXCHANGE_FAILED', 'REFRESH_TOKEN_EXCHANGE_FAILED: 400: Invalid code'],
  },
  'errors/sharing/oauth-grant-invalid': {
    act: (portal) => oauth(portal, { grant_type: 'password' }),
    error: ['ArcGISRequestError', 400, '400: Unsupported grant_type'],
  },
  'errors/sharing/oauth-redirect-uri-invalid': {
    act: (portal) => authorize(portal, { client_id: 'app', redirect_uri: 'https://elsewhere.example.com' }),
    error: ['ArcGISRequestError', 400, '400: Invalid redirect_uri'],
  },
  'errors/sharing/oauth-redirect-uri-missing': {
    act: (portal) => oauth(portal, { grant_type: 'exchange_refresh_token', refresh_token: 'admin-refresh-token' }),
    error: ['ArcGISRequestError', 400, '400: redirect_uri not specified'],
  },
  'errors/sharing/oauth-verifier-invalid': {
    rules: answer('oauthToken', 'errors/sharing/oauth-verifier-invalid'),
    act: (portal) => oauth(portal, { grant_type: 'authorization_code', code: 'any' }),
    error: ['ArcGISRequestError', 400, '400: Invalid code_verifier'],
  },
  'errors/sharing/oauth-state-invalid': {
    act: (portal) => request(`${portal.sharingUrl}/oauth2/signin`, { params: { oauth_state: 'x', username: 'admin', password: 'wrong' } }),
    error: ['ArcGISRequestError', 400, '400: Invalid oauth_state'],
  },
  'errors/sharing/oauth-sign-in-failed': {
    act: async (portal) => {
      const { oauth_state } = await authorize(portal, { client_id: 'pythonapi', redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' });
      return request(`${portal.sharingUrl}/oauth2/signin`, { params: { oauth_state, username: 'admin', password: 'wrong' } });
    },
    error: ['ArcGISRequestError', 'OAUTH_0015', 'OAUTH_0015: Unable to sign in.'],
  },
  'errors/sharing/app-access-invalid': {
    act: (portal) => validateAppAccess(admin, 'nobody', portal.sharingUrl),
    error: ['ArcGISRequestError', 'GWM_0007', 'GWM_0007: Invalid request'],
  },
  'errors/portaladmin/token-required': {
    act: (portal) => futureLicense(portal, { authentication: null }),
    error: ['ArcGISAuthError', 499, '499: Token Required.'],
  },
  'errors/portaladmin/token-invalid': {
    act: (portal) => futureLicense(portal, { authentication: 'wrong-token' }),
    error: ['ArcGISAuthError', 498, '498: Invalid Token.'],
  },
  'errors/portaladmin/not-permitted': {
    act: (portal) => futureLicense(portal, { authentication: 'viewer-token' }),
    error: ['ArcGISRequestError', 403, '403: You are not authorized to access this resource'],
  },
  'errors/portaladmin/parameters-invalid': {
    rules: answer('getFutureLicense', 'errors/portaladmin/parameters-invalid'),
    act: (portal) => futureLicense(portal),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
  },
  'errors/portaladmin/parameter-missing': {
    // No operation there has a required parameter, so only a rule causes this. Then {name} is not replaced.
    rules: answer('getFutureLicense', 'errors/portaladmin/parameter-missing'),
    act: (portal) => futureLicense(portal),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
    details: ["'{name}' must be specified."],
  },
  'errors/portaladmin/parameter-malformed': {
    // With a wrong f the client would not read the error, so a rule causes it.
    rules: answer('getFutureLicense', 'errors/portaladmin/parameter-malformed'),
    act: (portal) => futureLicense(portal),
    error: ['ArcGISRequestError', 400, '400: Invalid request'],
    details: ["'{name}' must be {allowed}."],
  },
  'errors/portaladmin/url-invalid': {
    act: (portal) => request(`${portal.portalAdminUrl}/license/getFutureLicence`, { authentication: admin, httpMethod: 'GET' }),
    error: ['ArcGISRequestError', 400, '400: Invalid URL'],
    violations: 1, // a misspelt path
  },
  'errors/portaladmin/method-not-supported': {
    // POST is the client's default.
    act: (portal) => futureLicense(portal, { httpMethod: 'POST' }),
    error: ['ArcGISRequestError', 405, '405: Method not supported.'],
    details: ['Allowed: GET, HEAD.'],
    violations: 1,
  },
  'errors/portaladmin/sign-in-failed': {
    act: (portal) => signInToDirectory(portal, { username: 'admin', password: 'wrong' }),
    error: ['ArcGISRequestError', 400, '400: Unable to generate token.'],
    details: ['Invalid username or password.'],
  },
  'errors/portaladmin/too-large': {
    act: (portal) => signInToDirectory(portal, { username: large }),
    error: ['ArcGISRequestError', 'HTTP 413 Request Entity Too Large', 'HTTP 413 Request Entity Too Large: The request is too large..'],
    violations: 1,
  },
  'errors/portaladmin/internal': {
    rules: answer('getFutureLicense', 'errors/portaladmin/internal'),
    act: (portal) => futureLicense(portal),
    error: ['ArcGISRequestError', 500, '500: Internal server error.'],
  },
};

describe('errors', { concurrency: true }, () => {
  for (const [fixture, row] of Object.entries(rows)) {
    test(fixture, async (t) => {
      const { scenario = 'trial', rules, violations = 0 } = row;
      const portal = await sandbox(t, scenario, { violations, ...(rules && { rules }) });
      const reason = row.skip?.(portal);
      if (reason) return t.skip(reason);
      const error = await refused(row.act(portal));
      assert.deepEqual([error.name, error.code, error.message], row.error);
      // The portal's answer is in `response`, unless the error is the client's own.
      if (row.details) assert.deepEqual(error.response.error.details, row.details);
    });
  }
});

describe('what the client does not take for an error', { concurrency: true }, () => {
  test('any answer to another format than JSON', async (t) => {
    const portal = await sandbox(t);
    const blob = await futureLicense(portal, { authentication: 'wrong-token', params: { f: 'pjson' } });
    assert.equal(JSON.parse(await blob.text()).error.code, 498);
    assert.match(await futureLicense(portal, { authentication: 'wrong-token', params: { f: 'html' } }), /^<!DOCTYPE html>/);
  });
});

async function refused(promise) {
  let answered;
  try {
    answered = await promise;
  } catch (error) {
    return error;
  }
  assert.fail(`no error, but ${JSON.stringify(answered)}`);
}
