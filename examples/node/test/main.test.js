import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purchaserOrgId, sandbox } from '../support/mockportal.js';
import { run } from '../support/run.js';

describe('main', { concurrency: true }, () => {
  test('provisions a file of orders, tells the future, and signs out', async (t) => {
    const portal = await sandbox(t, 'future-entitlements');
    const { lines, stderr, code } = await run(portal);
    assert.equal(code, 0, stderr);
    assert.equal(lines.length, 2);
    assert.equal(lines[0].purchaserOrgId, purchaserOrgId);
    assert.equal(lines[0].maxUsers, 10);
    assert.deepEqual(lines[1].parts[0], { kind: 'userTypes', id: 'creatorUT', members: 25, from: '2020-07-01T00:00:00.000Z' });
    assert.equal((await portal.operations()).at(-1), 'oauthRevokeToken');
    assert.equal((await portal.world()).tokens.revoked, 1);
  });

  test('ends with 1 when an order is refused', async (t) => {
    const portal = await sandbox(t, 'trial-expired');
    const { lines, code } = await run(portal);
    assert.equal(code, 1);
    assert.deepEqual(lines[0], { purchaserOrgId, refused: '400: item not provisioned' });
  });

  test('does not print the password when it is wrong', async (t) => {
    const portal = await sandbox(t);
    const { lines, stderr, code } = await run(portal, { PORTAL_PASSWORD: 'not-the-password' });
    assert.equal(code, 1);
    assert.deepEqual(lines, []);
    assert.match(stderr, /Unable to generate token/);
    assert.ok(!stderr.includes('not-the-password'), stderr);
  });
});
