import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ArcGISIdentityManager } from '@esri/arcgis-rest-request';
import { provisionAll } from '../src/provision.js';
import { itemId, purchaserOrgId, sandbox, sellerOrgId } from '../support/mockportal.js';

const order = { purchaserOrgId, maxUsers: 10, entitlements: { standard: 8, advanced: 2, spatialAnalyst: 2 } };

/** Runs the program under test as a seller. Returns what it yielded and how long it would have waited. */
async function run(portal, { orders = [order], username = 'admin' } = {}) {
  const outcomes = [];
  const waits = [];
  const authentication = await ArcGISIdentityManager.signIn({
    username, password: `${username}-password`, portal: portal.sharingUrl,
  });
  const wait = (seconds) => waits.push(seconds);
  for await (const outcome of provisionAll({ sharingUrl: portal.sharingUrl, authentication, itemId, orders, wait })) {
    outcomes.push(outcome);
  }
  return { outcomes, waits };
}

describe('provisionAll', { concurrency: true }, () => {
  test('gives a purchaser what the order says', async (t) => {
    const portal = await sandbox(t);
    const { outcomes: [{ provision }] } = await run(portal);
    assert.deepEqual(provision, {
      itemId,
      provisionedItemId: itemId,
      accountId: sellerOrgId,
      purchaserOrgId,
      purchaserUsername: 'jsmith',
      purchaserFullName: 'jsmith',
      purchaserEmail: 'jsmith@email.com',
      purchaserPhone: null,
      startDate: 1469206117000,
      endDate: 1471798116000,
      purchased: false,
      trial: true,
      interested: false,
      created: 1469206116000,
      modified: 1469206117000,
      orgEntitlements: {
        maxUsers: 10,
        entitlementsModified: 1469206117000,
        entitlements: { standard: { num: 8 }, advanced: { num: 2 }, spatialAnalyst: { num: 2 } },
      },
    });
  });

  test('sends what the documentation asks for', async (t) => {
    const portal = await sandbox(t);
    await run(portal);
    const [call] = await portal.calls({ operation: 'provisionOrgEntitlements' });
    assert.equal(call.method, 'POST');
    assert.equal(call.member, 'admin');
    assert.deepEqual(call.params, {
      f: 'json',
      itemId,
      purchaserOrgId,
      token: '***', // the journal keeps no secrets
      orgEntitlements: {
        maxUsers: 10,
        entitlements: { standard: { num: 8 }, advanced: { num: 2 }, spatialAnalyst: { num: 2 } },
      },
    });
  });

  test('a later order replaces an earlier one as a whole', async (t) => {
    const portal = await sandbox(t);
    await run(portal);
    await portal.advance('1d');
    const { outcomes: [{ provision }] } = await run(portal, { orders: [{ purchaserOrgId, maxUsers: 1, entitlements: { basic: 1 } }] });
    assert.deepEqual(provision.orgEntitlements, {
      maxUsers: 1,
      entitlementsModified: 1469206117000 + 24 * 60 * 60 * 1000,
      entitlements: { basic: { num: 1 } },
    });
  });

  test('one refused order does not stop the others', async (t) => {
    const portal = await sandbox(t);
    const stranger = { ...order, purchaserOrgId: '0123456789abcdef' };
    const { outcomes } = await run(portal, { orders: [stranger, order] });
    assert.equal(outcomes[0].refused.message, '400: item not provisioned');
    assert.equal(outcomes[1].provision.orgEntitlements.maxUsers, 10);
    const calls = await portal.calls({ operation: 'provisionOrgEntitlements' });
    assert.deepEqual(calls.map((call) => [call.outcome, call.errorCode]), [['error', 400], ['ok', 0]]);
  });

  test('an order is refused after the end of the trial', async (t) => {
    const portal = await sandbox(t);
    await portal.advance('31d');
    const { outcomes: [{ refused }] } = await run(portal);
    assert.equal(refused.message, '400: item not provisioned');
  });

  test('a missing privilege stops everything', async (t) => {
    const portal = await sandbox(t);
    await assert.rejects(run(portal, { username: 'viewer', orders: [order, order] }), { name: 'ArcGISRequestError', code: 'GWM_0003' });
    assert.equal((await portal.calls({ operation: 'provisionOrgEntitlements' })).length, 1);
  });

  test('a privilege of its own is enough', async (t) => {
    const portal = await sandbox(t);
    const { outcomes: [{ provision }] } = await run(portal, { username: 'publisher' });
    assert.equal(provision.purchaserOrgId, purchaserOrgId);
  });

  test('throttled, it waits as long as the portal says', async (t) => {
    const portal = await sandbox(t);
    await portal.addRules({
      when: { operation: 'provisionOrgEntitlements' }, times: 2, reply: { status: 429, headers: { 'Retry-After': '7' }, offSpec: true },
    });
    const { outcomes: [{ provision }], waits } = await run(portal);
    assert.equal(provision.orgEntitlements.maxUsers, 10);
    assert.deepEqual(waits, [7, 7]);
  });

  test('a broken connection is tried again, and the order done once more', async (t) => {
    const portal = await sandbox(t);
    // The connection breaks after the portal has provisioned. The client cannot know that.
    await portal.addRules(['reset', 'truncate', 'empty'].map((kind) => (
      { when: { operation: 'provisionOrgEntitlements' }, times: 1, fault: { kind } }
    )));
    const { outcomes: [{ provision }], waits } = await run(portal);
    assert.equal(provision.orgEntitlements.maxUsers, 10);
    assert.deepEqual(waits, [1, 2, 4]);
  });

  test('it gives up on a portal that stays away', async (t) => {
    const portal = await sandbox(t);
    await portal.addRules({ when: { operation: 'provisionOrgEntitlements' }, fault: { kind: 'html', status: 503 } });
    await assert.rejects(run(portal), { name: 'ArcGISRequestError', code: 'HTTP 503' });
    assert.equal((await portal.calls({ outcome: 'fault' })).length, 4);
  });

  test('it gets through a flaky portal', async (t) => {
    const portal = await sandbox(t, 'flaky-portal');
    const { outcomes } = await run(portal, { orders: Array(12).fill(order) });
    assert.equal(outcomes.length, 12);
    assert.ok(outcomes.every(({ provision }) => provision.orgEntitlements.maxUsers === 10));
    const calls = await portal.calls({ operation: 'provisionOrgEntitlements' });
    assert.equal(calls.filter((call) => call.outcome === 'ok').length, 12);
    assert.ok(calls.some((call) => call.fault === 'reset'), 'nothing failed, so nothing was proven');
  });
});
