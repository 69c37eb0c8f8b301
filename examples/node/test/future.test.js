import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { futureLicense } from '../src/future.js';
import { sandbox } from '../support/mockportal.js';

const read = (portal, options) => futureLicense({ portalAdminUrl: portal.portalAdminUrl, authentication: 'admin-token', ...options });
const july = new Date('2020-07-01T00:00:00Z');
const expires = new Date('2020-10-20T20:23:14Z');

describe('futureLicense', { concurrency: true }, () => {
  test('lists what comes, and when', async (t) => {
    const portal = await sandbox(t, 'future-entitlements');
    assert.deepEqual(await read(portal), {
      parts: [
        { kind: 'userTypes', id: 'creatorUT', members: 25, from: july },
        { kind: 'appBundles', id: 'fieldAppsAB', members: 10, from: july },
        { kind: 'apps', id: 'Insights', members: 5, from: july },
      ],
      expires,
    });
  });

  test('nothing is left of it once it is in force', async (t) => {
    const portal = await sandbox(t, 'future-entitlements');
    await portal.advance('11d');
    assert.deepEqual(await read(portal), { parts: [], expires });
  });

  test('counts of 0 are no future, and their date is no start', async (t) => {
    const portal = await sandbox(t, 'no-future-entitlements');
    assert.deepEqual(await read(portal), { parts: [], expires });
  });

  test('asks by GET', async (t) => {
    const portal = await sandbox(t);
    await read(portal);
    const [call] = await portal.calls();
    assert.equal(call.operation, 'getFutureLicense');
    assert.equal(call.method, 'GET');
    assert.deepEqual(call.params, { f: 'json', token: '***' });
  });

  test('a privilege of its own is enough', async (t) => {
    const portal = await sandbox(t);
    assert.deepEqual((await read(portal, { authentication: 'licensing-token' })).parts, []);
  });

  test('is refused without the privilege', async (t) => {
    const portal = await sandbox(t, 'missing-privilege');
    await assert.rejects(read(portal), { name: 'ArcGISRequestError', code: 403 });
  });

  test('throttled, it tries again', async (t) => {
    const portal = await sandbox(t, 'future-entitlements');
    await portal.addRules({
      when: { operation: 'getFutureLicense' }, times: 1, reply: { status: 429, headers: { 'Retry-After': '3' }, offSpec: true },
    });
    const waits = [];
    const license = await read(portal, { wait: (seconds) => waits.push(seconds) });
    assert.equal(license.parts.length, 3);
    assert.deepEqual(waits, [3]);
  });
});
