// A browser that does not trust the portal's authority does not show its pages. All other tests also pass over TLS, in a browser that
// trusts it.
//
//   MOCKPORTAL_TLS_URL  where a server with --tls listens, such as https://127.0.0.1:8443
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch } from '../support/browser.js';

const root = process.env.MOCKPORTAL_TLS_URL;
const skip = root ? false : 'MOCKPORTAL_TLS_URL does not say where a server with --tls listens';

test('an authority that the browser does not know', { skip }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'mockportal-'));
  const browser = await launch(home);
  t.after(async () => {
    await browser.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const page = await browser.newPage();
  await assert.rejects(page.goto(`${root}/portal/sharing/rest?f=json`), /ERR_CERT_AUTHORITY_INVALID/);
});
