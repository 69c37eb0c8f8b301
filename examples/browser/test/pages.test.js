// The pages themselves: what a member needs who sees them badly or has no mouse.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { authorize, launch, outOfBand, signIn, visit } from '../support/browser.js';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** The id, or the text, of the element that has the focus. */
const focus = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

/** Fails unless every page has a title, a language, one heading, one main part, and a label for each field. */
async function accessible(page, title) {
  const seen = await page.evaluate(() => ({
    title: document.title,
    language: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length,
    unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
      .filter((field) => !field.labels[0]?.textContent.trim()).map((field) => field.name),
    nameless: [...document.querySelectorAll('button, a')].filter((e) => !e.textContent.trim()).length,
    repeatedIds: [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i),
    undescribed: [...document.querySelectorAll('[aria-describedby]')]
      .filter((e) => !document.getElementById(e.getAttribute('aria-describedby'))).length,
    wide: document.documentElement.scrollWidth > window.innerWidth,
  }));
  assert.match(seen.title, title);
  assert.deepEqual({ ...seen, title: '' }, {
    title: '', language: 'en', headings: 1, mains: 1, unlabelled: [], nameless: 0, repeatedIds: [], undescribed: 0, wide: false,
  });
}

describe('pages', () => {
  test('the sign-in page', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, app.url));
    await accessible(page, /^Sign in - /);
    assert.equal(await focus(page), 'username');
    for (const next of ['password', 'Sign in', 'Cancel']) {
      await page.keyboard.press('Tab');
      assert.equal(await focus(page), next);
    }
  });

  test('the sign-in page after a wrong password', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, app.url));
    await signIn(page, 'admin', 'wrong');
    await page.getByText('Invalid username or password.').waitFor();
    await accessible(page, /^Sign in - /);
    assert.equal(await focus(page), 'password');
    assert.equal(await page.locator('form').getAttribute('aria-describedby'), 'problem');
  });

  test('an empty form is not sent', async (t) => {
    const { app, portal, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, app.url));
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.equal(await focus(page), 'username');
    assert.deepEqual(await portal.operations(), ['oauthAuthorize']);
  });

  test('the page with the code', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, outOfBand));
    await signIn(page);
    await page.getByText('Copy this code').waitFor();
    await accessible(page, /^SUCCESS code=/);
  });

  test('the page of an error', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.goto(authorize(app.settings, 'https://elsewhere.example.com'));
    await page.getByText('Invalid redirect_uri').waitFor();
    await accessible(page, /./);
  });

  test('on a narrow screen', async (t) => {
    const { app, page } = await visit(t, browser);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(authorize(app.settings, app.url));
    await accessible(page, /^Sign in - /);
  });

  test('the policy of the pages lets no script run', async (t) => {
    const { app, page } = await visit(t, browser, { spoken: /Content Security Policy/ });
    await page.goto(authorize(app.settings, app.url));
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "ours"';
      document.body.append(script);
    });
    assert.notEqual(await page.title(), 'ours');
  });
});
