// A browser application without a server of its own. It sends its member to the portal's sign-in page (OAuth with PKCE), gets a code
// back, exchanges it for a token, and reads the future licence with it.
const settings = await (await fetch('/settings.json')).json();
const here = location.origin + location.pathname;
const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';
const output = document.querySelector('output');

const base64 = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => base64(crypto.getRandomValues(new Uint8Array(32)));

/** Returns the address of the sign-in page, and keeps what the answer is held against. */
async function signInPage(responseType, redirectUri) {
  const verifier = random();
  const state = `${random()}&a=ü b#"<c>`;
  sessionStorage.setItem('verifier', verifier);
  sessionStorage.setItem('state', state);
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return `${settings.sharingUrl}/oauth2/authorize?${new URLSearchParams({
    client_id: settings.clientId, response_type: responseType, redirect_uri: redirectUri, state,
    code_challenge: base64(new Uint8Array(challenge)), code_challenge_method: 'S256',
  })}`;
}

async function post(address, form) {
  const answer = await (await fetch(address, { method: 'POST', body: new URLSearchParams({ f: 'json', ...form }) })).json();
  if (answer.error) throw new Error(answer.error.message);
  return answer;
}

const exchange = (code, redirectUri) => post(`${settings.sharingUrl}/oauth2/token`, {
  client_id: settings.clientId, grant_type: 'authorization_code', redirect_uri: redirectUri,
  code, code_verifier: sessionStorage.getItem('verifier'),
});

/** Reads the licence with a token in a header, which the portal must allow to scripts of another origin. */
async function showLicence(member, token) {
  const address = `${settings.portalAdminUrl}/license/getFutureLicense?f=json`;
  const answer = await (await fetch(address, { headers: { 'X-Esri-Authorization': `Bearer ${token}` } })).json();
  if (answer.error) throw new Error(answer.error.message);
  output.value = `${member} sees ${answer.userTypes.length} user types`;
}

/** Reads what the portal has sent the browser back with: in the query, or a token in the fragment. */
async function comeBack() {
  const answer = new URLSearchParams(location.hash.slice(1) || location.search);
  history.replaceState(null, '', here);
  if (answer.size === 0) return;
  if (answer.get('state') !== sessionStorage.getItem('state')) throw new Error('This is not the state that we sent.');
  if (answer.has('error')) throw new Error(`${answer.get('error')}: ${answer.get('error_description')}`);
  if (answer.has('access_token')) return showLicence(answer.get('username'), answer.get('access_token'));
  const token = await exchange(answer.get('code'), here);
  await showLicence(token.username, token.access_token);
}

/** Does a thing, and shows why it has failed. */
const attempt = (what) => what().catch((error) => { output.value = error.message; });
const on = (id, what) => document.getElementById(id).addEventListener('click', () => attempt(what));

on('code', async () => location.assign(await signInPage('code', here)));
on('token', async () => location.assign(await signInPage('token', here)));
on('oob', async () => open(await signInPage('code', outOfBand)));
on('paste', async () => {
  const token = await exchange(document.getElementById('pasted').value, outOfBand);
  await showLicence(token.username, token.access_token);
});
on('out', async () => {
  sessionStorage.clear();
  location.assign(`${settings.sharingUrl}/oauth2/signout?${new URLSearchParams({ client_id: settings.clientId, redirect_uri: here })}`);
});
await attempt(comeBack);
