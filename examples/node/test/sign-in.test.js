// Every kind of credentials of the client, with both operations, and the calls that the client makes to sign in.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiKeyManager, ApplicationCredentialsManager, ArcGISIdentityManager, request } from '@esri/arcgis-rest-request';
import { itemId, purchaserOrgId, root, sandbox } from '../support/mockportal.js';

// The client warns about bare tokens. Here they are intended.
globalThis.ARCGIS_REST_JS_SUPPRESS_TOKEN_WARNING = true;

const params = { purchaserOrgId, orgEntitlements: { maxUsers: 1, entitlements: { standard: { num: 1 } } } };
const provision = (portal, authentication) => request(
  `${portal.sharingUrl}/content/listings/${itemId}/provisionOrgEntitlements`,
  { authentication, params },
);
const futureLicense = (portal, authentication, options) => request(
  `${portal.portalAdminUrl}/license/getFutureLicense`,
  { authentication, httpMethod: 'GET', ...options },
);

/** Calls both operations, and expects that the journal has these `operations`, called by `member`. */
async function both(portal, authentication, operations, member = 'admin') {
  assert.equal((await provision(portal, authentication)).orgEntitlements.maxUsers, 1);
  assert.equal((await futureLicense(portal, authentication)).userTypes.length, 8);
  assert.deepEqual(await portal.operations(), operations);
  const calls = await portal.calls();
  assert.deepEqual(calls.filter((call) => call.kind === 'licensing').map((call) => call.member), [member, member]);
}

// The URL of getFutureLicense is not below the sharing API. So the identity manager asks which portal the server
// belongs to, and exchanges its token for a token of that server.
const federation = ['portalSelf', 'serverInfo', 'sharingInfo', 'generateToken'];
const hour = 60 * 60 * 1000;

describe('credentials', { concurrency: true }, () => {
  test('username and password', async (t) => {
    const portal = await sandbox(t);
    const manager = await ArcGISIdentityManager.signIn({ username: 'admin', password: 'admin-password', portal: portal.sharingUrl });
    await both(portal, manager, [
      'generateToken', 'communitySelf', 'provisionOrgEntitlements', ...federation, 'getFutureLicense',
    ]);
  });

  test('an application', async (t) => {
    const portal = await sandbox(t);
    const manager = ApplicationCredentialsManager.fromCredentials({
      clientId: 'app', clientSecret: 'app-secret', portal: portal.sharingUrl,
    });
    await both(portal, manager, ['oauthToken', 'provisionOrgEntitlements', 'getFutureLicense']);
  });

  test('a token as it is', async (t) => {
    const portal = await sandbox(t);
    await both(portal, 'admin-token', ['provisionOrgEntitlements', 'getFutureLicense']);
  });

  test('an API key', async (t) => {
    const portal = await sandbox(t);
    await both(portal, ApiKeyManager.fromKey('admin-token'), ['provisionOrgEntitlements', 'getFutureLicense']);
  });

  test('a token in an identity manager', async (t) => {
    const portal = await sandbox(t);
    const manager = await ArcGISIdentityManager.fromToken({
      token: 'admin-token', tokenExpires: new Date(Date.now() + hour), portal: portal.sharingUrl,
    });
    await both(portal, manager, ['communitySelf', 'provisionOrgEntitlements', ...federation, 'getFutureLicense']);
  });

  test('a token in an identity manager needs its expiry to be exchanged', async (t) => {
    const portal = await sandbox(t);
    const manager = await ArcGISIdentityManager.fromToken({ token: 'admin-token', portal: portal.sharingUrl });
    assert.equal((await provision(portal, manager)).orgEntitlements.maxUsers, 1);
    // The client reads a missing date, calls without a token, is refused, and shows an error of its own.
    await assert.rejects(futureLicense(portal, manager), { name: 'TypeError', message: /getTime/ });
    const [call] = await portal.calls({ operation: 'getFutureLicense' });
    assert.equal(call.errorCode, 499);
  });

  test('a refresh token', async (t) => {
    const portal = await sandbox(t);
    const manager = new ArcGISIdentityManager({
      clientId: 'app', refreshToken: 'admin-refresh-token', redirectUri: 'https://app.example.com', portal: portal.sharingUrl,
    });
    await both(portal, manager, ['oauthToken', 'provisionOrgEntitlements', ...federation, 'getFutureLicense']);
    assert.equal((await portal.calls({ operation: 'oauthToken' }))[0].params.grant_type, 'refresh_token');
  });

  test('a refresh token that is exchanged for a new one', async (t) => {
    const portal = await sandbox(t);
    const manager = new ArcGISIdentityManager({
      clientId: 'app', refreshToken: 'admin-refresh-token', redirectUri: 'https://app.example.com', portal: portal.sharingUrl,
    });
    await manager.exchangeRefreshToken();
    assert.notEqual(manager.refreshToken, 'admin-refresh-token');
    await manager.refreshCredentials();
    assert.equal((await provision(portal, manager)).orgEntitlements.maxUsers, 1);
    const calls = await portal.calls({ operation: 'oauthToken' });
    assert.deepEqual(calls.map((call) => call.params.grant_type), ['exchange_refresh_token', 'refresh_token']);
  });

  test('a token in a header', async (t) => {
    const portal = await sandbox(t);
    await futureLicense(portal, 'admin-token', { hideToken: true });
    const [call] = await portal.calls();
    assert.deepEqual(call.params, { f: 'json' });
    assert.equal(call.member, 'admin');
  });

  test('a program that can change neither address nor header is told apart by what it signs in with', async (t) => {
    const portal = await sandbox(t);
    const { username, password } = portal.members.find((member) => member.username.startsWith('admin.'));
    const server = { sharingUrl: `${root}/portal/sharing/rest`, portalAdminUrl: `${root}/portal/portaladmin` };
    const manager = await ArcGISIdentityManager.signIn({ username, password, portal: server.sharingUrl });
    await provision(server, manager);
    await futureLicense(server, manager);
    const calls = await portal.calls();
    const licensing = calls.filter((call) => call.kind === 'licensing').map((call) => call.operation);
    assert.deepEqual(licensing, ['provisionOrgEntitlements', 'getFutureLicense']);
  });

  test('a wrong password', async (t) => {
    const portal = await sandbox(t);
    await assert.rejects(
      ArcGISIdentityManager.signIn({ username: 'admin', password: 'wrong', portal: portal.sharingUrl }),
      { name: 'ArcGISTokenRequestError', code: 'TOKEN_REFRESH_FAILED', originalMessage: '400: Unable to generate token.' },
    );
    // Without a token the client still asks who it is. The portal refuses that call too.
    const calls = await portal.calls();
    assert.deepEqual(calls.map((call) => [call.operation, call.errorCode]), [['generateToken', 400], ['communitySelf', 499]]);
  });

  test('a wrong secret', async (t) => {
    const portal = await sandbox(t);
    const manager = ApplicationCredentialsManager.fromCredentials({ clientId: 'app', clientSecret: 'wrong', portal: portal.sharingUrl });
    const refused = { name: 'ArcGISTokenRequestError', code: 'TOKEN_REFRESH_FAILED', originalMessage: '400: Invalid client_secret' };
    await assert.rejects(provision(portal, manager), refused);
    // The manager never asks for a token again, even if the first refusal was the portal's mistake. So make a new manager.
    await assert.rejects(provision(portal, manager), refused);
    const calls = await portal.calls();
    assert.deepEqual(calls.map((call) => [call.operation, call.errorCode]), [
      ['oauthToken', 400], ['provisionOrgEntitlements', 499], ['provisionOrgEntitlements', 499],
    ]);
  });

  test('signing out ends the token', async (t) => {
    const portal = await sandbox(t);
    const manager = await ArcGISIdentityManager.signIn({ username: 'admin', password: 'admin-password', portal: portal.sharingUrl });
    const { token } = manager;
    assert.deepEqual(await manager.signOut(), { success: true });
    await assert.rejects(provision(portal, token), { name: 'ArcGISAuthError', code: 498 });
  });
});
