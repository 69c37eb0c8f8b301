// The program over HTTPS. mockportal --tls makes its own certificate authority, and NODE_EXTRA_CA_CERTS makes Node
// trust it. Node reads that variable only when it starts, so the program runs in its own process.
//
//   MOCKPORTAL_TLS_URL  where a server with --tls listens, such as https://127.0.0.1:8443
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { purchaserOrgId } from '../support/mockportal.js';
import { run } from '../support/run.js';

const root = process.env.MOCKPORTAL_TLS_URL?.replace(/\/$/, '');
const skip = root ? false : 'MOCKPORTAL_TLS_URL does not say where a server with --tls listens';

describe('TLS', { concurrency: true, skip }, () => {
  let folder;
  let ca;
  let file;

  before(async () => {
    // Only this answer is not verified. All further answers are verified with it.
    ca = await ask('GET', '/__admin/ca.pem', { rejectUnauthorized: false });
    folder = await mkdtemp(join(tmpdir(), 'mockportal-'));
    file = join(folder, 'ca.pem');
    await writeFile(file, ca);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Like `sandbox` of mockportal.js, which cannot trust another authority. */
  async function sandbox(t, scenario) {
    const portal = JSON.parse(await ask('POST', '/__admin/sandboxes', { ca }, { scenario }));
    t.after(async () => {
      assert.equal(JSON.parse(await ask('DELETE', `/__admin/sandboxes/${portal.id}`, { ca })).violations, 0);
    });
    return { ...portal, calls: async () => JSON.parse(await ask('GET', `/__admin/sandboxes/${portal.id}/calls`, { ca })).calls };
  }

  test('with the authority, the program runs, for a listing that needs HTTPS too', async (t) => {
    const portal = await sandbox(t, 'signature-required');
    const { lines, stderr, code } = await run(portal, { NODE_EXTRA_CA_CERTS: file });
    assert.equal(code, 0, stderr);
    assert.equal(lines[0].purchaserOrgId, purchaserOrgId);
    assert.equal(lines[0].maxUsers, 10);
    assert.deepEqual((await portal.calls()).map((call) => [call.operation, call.outcome]), [
      'generateToken', 'communitySelf', 'provisionOrgEntitlements',
      'portalSelf', 'serverInfo', 'sharingInfo', 'generateToken', 'getFutureLicense', 'oauthRevokeToken',
    ].map((operation) => [operation, 'ok']));
  });

  test('without it, the program trusts nobody', async (t) => {
    const portal = await sandbox(t, 'trial');
    const { stderr, code } = await run(portal, { NODE_EXTRA_CA_CERTS: '' });
    assert.equal(code, 1);
    assert.match(stderr, /SELF_SIGNED_CERT_IN_CHAIN/);
    assert.deepEqual(await portal.calls(), []);
  });
});

function ask(method, path, options, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const { MOCKPORTAL_CONTROL_TOKEN: token } = process.env;
    if (token) headers.Authorization = `Bearer ${token}`;
    httpsRequest(root + path, { method, headers, ...options }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode < 300) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    }).on('error', reject).end(body && JSON.stringify(body));
  });
}
