// The calls of the client's portal package, and their answers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ArcGISIdentityManager, validateAppAccess } from '@esri/arcgis-rest-request';
import { getPortal, getSelf, getUser } from '@esri/arcgis-rest-portal';
import { sandbox, sellerOrgId } from '../support/mockportal.js';

const signIn = (portal, username = 'admin') => ArcGISIdentityManager.signIn({
  username, password: `${username}-password`, portal: portal.sharingUrl,
});

describe('portal', { concurrency: true }, () => {
  test('getSelf, as a member', async (t) => {
    const portal = await sandbox(t);
    const self = await getSelf({ authentication: await signIn(portal) });
    assert.equal(self.id, sellerOrgId);
    assert.equal(self.isPortal, true);
    assert.equal(self.user.username, 'admin');
    assert.equal(self.canListApps, true);
  });

  test('getSelf, as nobody', async (t) => {
    const portal = await sandbox(t);
    const self = await getSelf({ portal: portal.sharingUrl });
    assert.equal(self.id, undefined);
    assert.equal(self.user, undefined);
  });

  test('getPortal, of the package and of the manager', async (t) => {
    const portal = await sandbox(t);
    const authentication = await signIn(portal);
    const self = await getPortal(null, { authentication });
    assert.deepEqual(await authentication.getPortal(), self);
    assert.deepEqual(await getPortal(self.id, { authentication }), self);
    await authentication.getPortal(); // the manager keeps it
    assert.equal((await portal.calls({ operation: 'portalSelf' })).length, 2);
  });

  test('getUser, oneself', async (t) => {
    const portal = await sandbox(t);
    const user = await getUser({ authentication: await signIn(portal, 'publisher') });
    assert.deepEqual(user, {
      username: 'publisher',
      fullName: 'publisher',
      email: 'publisher@example.com',
      orgId: sellerOrgId,
      role: 'org_publisher',
      privileges: ['marketplace:admin:purchase'],
    });
  });

  test('getUser, another member', async (t) => {
    const portal = await sandbox(t);
    const user = await getUser({ username: 'viewer', authentication: await signIn(portal) });
    assert.equal(user.role, 'org_user');
    assert.equal(user.privileges, undefined);
  });

  test('the manager\'s getUser says what its member may', async (t) => {
    const portal = await sandbox(t);
    const user = await (await signIn(portal)).getUser();
    assert.ok(user.privileges.includes('marketplace:admin:purchase'));
    assert.ok(user.privileges.includes('portal:admin:manageLicenses'));
  });

  // The manager's own validateAppAccess always calls www.arcgis.com, whatever its portal is.
  test('validateAppAccess', async (t) => {
    const portal = await sandbox(t);
    assert.deepEqual(await validateAppAccess('admin-token', 'app', portal.sharingUrl), { valid: true, viewOnlyUserTypeApp: false });
    const [call] = await portal.calls();
    assert.deepEqual(call.params, { f: 'json', client_id: 'app', token: '***' });
  });
});
