// A member signs in to a browser application at the portal's pages, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { authorize, launch, outOfBand, shows, signIn, visit } from '../support/browser.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

describe('a code', () => {
  test('PKCE by keyboard, after a wrong password', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();

    await page.getByText(`Sign in to continue to ${app.settings.clientId}.`).waitFor();
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    const problem = page.getByRole('region', { name: 'Error' });
    assert.deepEqual(await problem.innerText().then((text) => text.split(/\n+/)), ['Unable to sign in.', 'Invalid username or password.']);
    assert.equal(await page.getByLabel('Username').inputValue(), 'admin');
    assert.equal(await page.getByLabel('Password').inputValue(), '');

    await page.keyboard.type('admin-password');
    await page.keyboard.press('Enter');
    await shows(page, 'admin sees 8 user types');
    const [back] = app.requests.filter((url) => url.includes('code='));
    assert.equal(new URL(back, app.url).searchParams.get('state'), await page.evaluate(() => sessionStorage.getItem('state')));
    assert.deepEqual(await portal.operations(), [
      'oauthAuthorize', 'oauthSignIn', 'oauthSignIn', 'oauthToken', '', 'getFutureLicense', // '' is the preflight
    ]);
  });

  test('without the verifier that the application made, a code is worth nothing', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.addInitScript(() => {
      if (location.search.startsWith('?code=')) sessionStorage.setItem('verifier', 'another'.repeat(7));
    });
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signIn(page);
    await shows(page, 'Invalid code_verifier');
    assert.equal((await portal.calls({ operation: 'oauthToken' }))[0].errorCode, 400);
  });

  test('a code is good once', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signIn(page);
    await shows(page, 'admin sees 8 user types');
    const [back] = app.requests.filter((url) => url.includes('code='));
    await page.goto(new URL(back, app.url).href);
    await shows(page, 'Invalid code');
  });

  test('what a member types is text, and no html', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, app.url));
    const username = '"><b id="ours">Ünal & \'söhne\'</b>';
    await signIn(page, username, 'wrong');
    await page.getByText('Invalid username or password.').waitFor();
    assert.equal(await page.getByLabel('Username').inputValue(), username);
    assert.equal(await page.locator('#ours').count(), 0);
  });
});

describe('refused', () => {
  test('a member cancels', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'access_denied: The user denied your request.'); // the application has compared the state
    assert.deepEqual(await portal.operations(), ['oauthAuthorize', 'oauthSignIn']);
  });

  test('a redirect URI that is not registered', async (t) => {
    const { app, page } = await visit(t, browser);
    const elsewhere = app.url.replace('127.0.0.1', 'localhost');
    await page.goto(authorize(app.settings, elsewhere));
    await page.getByText('Invalid redirect_uri').waitFor();
    assert.equal(await page.locator('form').count(), 0);
    assert.deepEqual(app.requests, []);
  });

  test('an application that the portal does not know', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize({ ...app.settings, clientId: 'nobody' }, app.url));
    await page.getByText('Invalid client_id').waitFor();
    assert.deepEqual(app.requests, []);
  });
});

describe('without an address', () => {
  test('the portal shows the code, and the application takes it', async (t) => {
    const { app, context, page } = await visit(t, browser);
    await page.goto(app.url);
    const opened = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Show me a code' }).click();
    const window = await opened;
    await signIn(window);
    await window.getByText('Copy this code').waitFor();
    const code = await window.locator('main code').innerText();
    assert.equal(await window.title(), `SUCCESS code=${code}`);
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Use the code' }).click();
    await shows(page, 'admin sees 8 user types');
  });

  test('a member cancels', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, outOfBand));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The user denied your request.').waitFor();
    assert.equal(await page.title(), 'DENIED error=access_denied');
  });
});

describe('a token in the fragment', () => {
  test('the application gets it, and its server does not', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in without a code' }).click();
    await signIn(page);
    await shows(page, 'admin sees 8 user types');
    assert.ok(app.requests.every((url) => !url.includes('access_token')), 'the token was sent to the server');
    assert.ok(!(await portal.operations()).includes('oauthToken'));
  });

  test('a member cancels', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in without a code' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows(page, 'access_denied: The user denied your request.');
    assert.ok(app.requests.every((url) => !url.includes('error')), 'the error was not in the fragment');
  });
});

describe('sign-out', () => {
  test('the browser is back at the application, and the next sign-in asks again', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signIn(page);
    await shows(page, 'admin sees 8 user types');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForFunction(() => document.querySelector('output')?.value === '');
    assert.equal(page.url(), app.url);
    assert.equal((await portal.operations()).at(-1), 'oauthSignOut');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Password').waitFor();
  });

  test('an address that is not registered', async (t) => {
    const { app, page } = await visit(t, browser);
    const query = new URLSearchParams({ client_id: app.settings.clientId, redirect_uri: 'http://localhost:1/' });
    await page.goto(`${app.settings.sharingUrl}/oauth2/signout?${query}`);
    assert.equal(new URL(page.url()).pathname, new URL(`${app.settings.sharingUrl}/oauth2/signout`).pathname);
  });
});

test("Esri's client signs in through a window of its own", async (t) => {
  const { app, portal, context, page } = await visit(t, browser);
  await page.goto(`${app.url}esri`);
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const window = await opened;
  await signIn(window);
  await shows(page, 'admin sees 8 user types');
  const [call] = await portal.calls({ operation: 'oauthToken' });
  assert.equal(call.params.grant_type, 'authorization_code');
  assert.equal((await portal.calls({ operation: 'oauthAuthorize' }))[0].params.code_challenge_method, 'S256');
});
