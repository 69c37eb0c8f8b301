// The same application with Esri's own client, ArcGIS REST JS. It opens the sign-in page in a window of its own.
import { ArcGISIdentityManager, request } from '/arcgis-rest-request.js';

const settings = await (await fetch('/settings.json')).json();
const output = document.querySelector('output');
const options = { clientId: settings.clientId, portal: settings.sharingUrl, redirectUri: location.origin + location.pathname };

async function signIn() {
  const authentication = await ArcGISIdentityManager.beginOAuth2({ ...options, popup: true });
  const { username } = await authentication.getUser();
  const address = `${settings.portalAdminUrl}/license/getFutureLicense`;
  const { userTypes } = await request(address, { authentication, httpMethod: 'GET' });
  output.value = `${username} sees ${userTypes.length} user types`;
}

if (location.search || location.hash) await ArcGISIdentityManager.completeOAuth2({ ...options, popup: true });
document.querySelector('button').addEventListener('click', () => signIn().catch((error) => { output.value = error.message; }));
