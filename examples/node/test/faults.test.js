// Faults between the client and the portal, as the client shows them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { request } from '@esri/arcgis-rest-request';
import { passes } from '../src/patience.js';
import { sandbox } from '../support/mockportal.js';

globalThis.ARCGIS_REST_JS_SUPPRESS_TOKEN_WARNING = true;

/** Makes the next call for the licence fail, and returns the client's error. */
async function fail(t, rule) {
  const portal = await sandbox(t);
  await portal.addRules({ when: { operation: 'getFutureLicense' }, times: 1, ...rule });
  const ask = () => request(`${portal.portalAdminUrl}/license/getFutureLicense`, { authentication: 'admin-token', httpMethod: 'GET' });
  const error = await ask().then(() => assert.fail('the call went well'), (reason) => reason);
  const license = await ask();
  assert.equal(license.userTypes.length, 8, 'the next call goes well');
  return error;
}
const throttled = (status, body) => ({
  reply: { status, headers: { 'Retry-After': '2' }, offSpec: true, ...(body && { body }) },
});

describe('faults', { concurrency: true }, () => {
  for (const [status, text] of [[429, 'Too Many Requests'], [503, 'Service Unavailable']]) {
    test(`${status} without a body`, async (t) => {
      const error = await fail(t, throttled(status));
      assert.deepEqual([error.name, error.code, error.message], ['ArcGISRequestError', `HTTP ${status}`, `HTTP ${status}: ${text}`]);
      assert.equal(error.response.headers.get('Retry-After'), '2');
      assert.ok(passes(error));
    });

    test(`${status} with the portal's envelope`, async (t) => {
      const envelope = { error: { code: status, message: 'Please wait', details: ['Two seconds'] } };
      const error = await fail(t, throttled(status, envelope));
      assert.equal(error.name, 'ArcGISRequestError');
      assert.equal(error.code, `HTTP ${status} ${text}`);
      assert.equal(error.message, `HTTP ${status} ${text}: Please wait. Two seconds`);
      // The client drops the headers, with Retry-After.
      assert.deepEqual(error.response, envelope);
      assert.ok(passes(error));
    });
  }

  test('a proxy\'s error page', async (t) => {
    const error = await fail(t, { fault: { kind: 'html' } });
    assert.deepEqual([error.name, error.message], ['ArcGISRequestError', 'HTTP 502: Bad Gateway']);
    assert.ok(passes(error));
  });

  test('a proxy\'s page that says it is good', async (t) => {
    const error = await fail(t, { fault: { kind: 'html', status: 200 } });
    assert.equal(error.name, 'SyntaxError');
    assert.ok(!passes(error));
  });

  test('a connection that is reset', async (t) => {
    const error = await fail(t, { fault: { kind: 'reset' } });
    assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'fetch failed', 'ECONNRESET']);
    assert.ok(passes(error));
  });

  test('a connection that is closed without an answer', async (t) => {
    const error = await fail(t, { fault: { kind: 'empty' } });
    assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'fetch failed', 'UND_ERR_SOCKET']);
    assert.ok(passes(error));
  });

  test('an answer that ends in the middle', async (t) => {
    const error = await fail(t, { fault: { kind: 'truncate' } });
    assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'terminated', 'UND_ERR_SOCKET']);
    assert.ok(passes(error));
  });

  test('no answer at all, and a client that does not wait for ever', async (t) => {
    const portal = await sandbox(t);
    await portal.addRules({ when: { operation: 'getFutureLicense' }, fault: { kind: 'hang' } });
    // A program would pass AbortSignal.timeout(30_000). This test aborts as soon as the portal has the call.
    const patience = new AbortController();
    const answer = request(`${portal.portalAdminUrl}/license/getFutureLicense`, {
      authentication: 'admin-token', httpMethod: 'GET', signal: patience.signal,
    });
    const refused = assert.rejects(answer, { name: 'AbortError' });
    while ((await portal.calls()).length === 0);
    patience.abort();
    await refused;
  });
});
