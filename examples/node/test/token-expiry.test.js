// Tokens that expire during a run, and how the client reacts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationCredentialsManager, ArcGISIdentityManager, request } from '@esri/arcgis-rest-request';
import { provisionAll } from '../src/provision.js';
import { itemId, purchaserOrgId, sandbox } from '../support/mockportal.js';

const signIn = (portal) => ArcGISIdentityManager.signIn({ username: 'admin', password: 'admin-password', portal: portal.sharingUrl });
const futureLicense = (portal, authentication) =>
  request(`${portal.portalAdminUrl}/license/getFutureLicense`, { authentication, httpMethod: 'GET' });
const order = { purchaserOrgId, maxUsers: 1, entitlements: { standard: 1 } };
const provision = (portal, authentication, orders = [order]) => provisionAll({
  sharingUrl: portal.sharingUrl, authentication, itemId, orders,
});
const outcomes = (calls) => calls.map((call) => [call.operation, call.errorCode]);

// These tests run one after another, because the last one changes the clock of this process.
describe('a token that ends in mid-run', () => {
  test('is renewed with the password, and the order done once', async (t) => {
    const portal = await sandbox(t, 'purchased');
    const authentication = await signIn(portal);
    const { token } = authentication;
    const orders = [order, { ...order, maxUsers: 2 }, { ...order, maxUsers: 3 }];
    let done = 0;
    for await (const { provision: { orgEntitlements } } of provision(portal, authentication, orders)) {
      assert.equal(orgEntitlements.maxUsers, ++done);
      if (done === 1) await portal.advance('15d'); // the client asks for tokens of 14 days
    }
    assert.equal(done, 3);
    assert.notEqual(authentication.token, token);
    assert.deepEqual(outcomes(await portal.calls()), [
      ['generateToken', 0], ['communitySelf', 0],
      ['provisionOrgEntitlements', 0],
      ['provisionOrgEntitlements', 498], ['generateToken', 0], ['provisionOrgEntitlements', 0],
      ['provisionOrgEntitlements', 0],
    ]);
  });

  test('is renewed after a single 498 too, whatever its reason', async (t) => {
    const portal = await sandbox(t);
    const authentication = await signIn(portal);
    await portal.addRules({
      when: { operation: 'provisionOrgEntitlements' }, after: 1, times: 1, reply: { error: 'errors/sharing/token-invalid' },
    });
    for await (const { refused } of provision(portal, authentication, [order, order])) assert.equal(refused, undefined);
    assert.equal((await portal.calls({ operation: 'generateToken' })).length, 2);
  });

  test('is renewed once only', async (t) => {
    const portal = await sandbox(t);
    const authentication = await signIn(portal);
    await portal.addRules({ when: { operation: 'provisionOrgEntitlements' }, reply: { error: 'errors/sharing/token-invalid' } });
    await assert.rejects(provision(portal, authentication).next(), { name: 'ArcGISAuthError', code: 498 });
    assert.deepEqual(outcomes(await portal.calls()).slice(2), [
      ['provisionOrgEntitlements', 498], ['generateToken', 0], ['provisionOrgEntitlements', 498],
    ]);
  });

  test('is renewed with a refresh token', async (t) => {
    const portal = await sandbox(t, 'purchased');
    const authentication = new ArcGISIdentityManager({
      clientId: 'app', refreshToken: 'admin-refresh-token', redirectUri: 'https://app.example.com', portal: portal.sharingUrl,
    });
    await provision(portal, authentication).next();
    await portal.advance('15d');
    const { value } = await provision(portal, authentication).next();
    assert.equal(value.provision.orgEntitlements.maxUsers, 1);
    assert.deepEqual(outcomes(await portal.calls()), [
      ['oauthToken', 0], ['provisionOrgEntitlements', 0], ['provisionOrgEntitlements', 498],
      ['oauthToken', 0], ['provisionOrgEntitlements', 0],
    ]);
  });

  test('is not renewed for an application, unless it is asked to', async (t) => {
    const portal = await sandbox(t, 'purchased');
    const authentication = ApplicationCredentialsManager.fromCredentials({
      clientId: 'app', clientSecret: 'app-secret', portal: portal.sharingUrl,
    });
    await provision(portal, authentication).next();
    await portal.advance('6d'); // it asks for tokens of 7200 minutes
    await assert.rejects(provision(portal, authentication).next(), { name: 'ArcGISAuthError', code: 498 });
    await authentication.refreshCredentials();
    const { value } = await provision(portal, authentication).next();
    assert.equal(value.provision.orgEntitlements.maxUsers, 1);
  });

  test('is lost for good when it was exchanged for a server', async (t) => {
    const portal = await sandbox(t);
    const authentication = await signIn(portal);
    await futureLicense(portal, authentication);
    await portal.advance('3h'); // an exchanged token lives two hours
    // The client renews the portal's token, which is valid, and retries with the server's token, which is not.
    for (let attempt = 1; attempt <= 2; attempt++) {
      await assert.rejects(futureLicense(portal, authentication), { name: 'ArcGISAuthError', code: 498 });
    }
    const calls = outcomes(await portal.calls()).slice(-6);
    const attempt = [['getFutureLicense', 498], ['generateToken', 0], ['getFutureLicense', 498]];
    assert.deepEqual(calls, [...attempt, ...attempt]);
    // A new manager helps.
    assert.equal((await futureLicense(portal, await signIn(portal))).userTypes.length, 8);
  });

  test('is exchanged anew when the client itself knows that it has ended', async (t) => {
    const portal = await sandbox(t);
    const authentication = await signIn(portal);
    await futureLicense(portal, authentication);
    // Both clocks advance. The client drops an exchanged token five minutes before it expires.
    await portal.advance('3h');
    const now = Date.now;
    t.mock.method(Date, 'now', () => now() + 3 * 60 * 60 * 1000);
    assert.equal((await futureLicense(portal, authentication)).userTypes.length, 8);
    assert.deepEqual(outcomes(await portal.calls()).slice(-4), [
      ['serverInfo', 0], ['sharingInfo', 0], ['generateToken', 0], ['getFutureLicense', 0],
    ]);
  });
});
