// Chromium, and a sandbox with a registered application for each test.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { sandbox } from '../../node/support/mockportal.js';
import { serveApp } from './app.js';

export const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

/** Starts the browser that CHROMIUM names. `home` is the folder in which it keeps the authorities that it trusts. */
export const launch = (home = process.env.HOME) => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', env: { ...process.env, HOME: home },
});

/**
 * Returns the application, the portal that it is registered with, and a page in a new profile. After the test it fails
 * unless the console of every page is empty, except for texts that `spoken` matches.
 */
export async function visit(t, browser, { spoken = /^$/, violations = 0 } = {}) {
  const app = await serveApp(t);
  const portal = await sandbox(t, {
    format: 1, summary: 'Our browser application is registered.', extends: 'trial',
    world: { apps: { web: { secret: 'web-secret', redirectUris: [app.url, outOfBand] } }, portal: { cors: 'open' } },
  }, { violations });
  const { clientId } = portal.apps.find((known) => known.clientId.startsWith('web'));
  app.settings = { sharingUrl: portal.sharingUrl, portalAdminUrl: portal.portalAdminUrl, clientId };

  const context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  const complaints = [];
  context.on('page', (page) => page.on('pageerror', (error) => complaints.push(error.message)));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !spoken.test(message.text())) complaints.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, [], 'the browser complains');
  });
  return { app, portal, context, page: await context.newPage() };
}

/** The address of the sign-in page, with what an application sends. */
export const authorize = ({ sharingUrl, clientId }, redirectUri, more = {}) => `${sharingUrl}/oauth2/authorize?${new URLSearchParams({
  client_id: clientId, response_type: 'code', redirect_uri: redirectUri, ...more,
})}`;

/** Fills the form of the sign-in page and sends it. */
export async function signIn(page, username = 'admin', password = 'admin-password') {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits until the application shows something, which must be this text. */
export async function shows(page, text) {
  const output = page.locator('output');
  await output.filter({ hasText: /./ }).waitFor();
  assert.equal(await output.innerText(), text);
}
