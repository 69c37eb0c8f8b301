// Provisions the orders of a file, then prints the future licence. Each result is one line of JSON.
//
//   PORTAL_SHARING_URL=https://…/portal/sharing/rest PORTAL_ADMIN_URL=https://…/portal/portaladmin \
//   PORTAL_USERNAME=… PORTAL_PASSWORD=… node src/main.js orders.json
import { readFile } from 'node:fs/promises';
import { ArcGISIdentityManager } from '@esri/arcgis-rest-request';
import { futureLicense } from './future.js';
import { provisionAll } from './provision.js';

const { PORTAL_SHARING_URL: portal, PORTAL_ADMIN_URL: portalAdminUrl } = process.env;
const { PORTAL_USERNAME: username, PORTAL_PASSWORD: password } = process.env;
const { itemId, orders } = JSON.parse(await readFile(process.argv[2], 'utf8'));
const print = (line) => console.log(JSON.stringify(line));

try {
  await main();
} catch (error) {
  // Only the message: the client's errors contain the request, with password and token.
  console.error(error.cause ? `${error.message}: ${error.cause.code}` : error.message);
  process.exitCode = 1;
}

async function main() {
  const authentication = await ArcGISIdentityManager.signIn({ username, password, portal });
  for await (const { purchaserOrgId, provision, refused } of provisionAll({ sharingUrl: portal, authentication, itemId, orders })) {
    if (refused) process.exitCode = 1;
    print(refused ? { purchaserOrgId, refused: refused.message } : { purchaserOrgId, ...provision.orgEntitlements });
  }
  print(await futureLicense({ portalAdminUrl, authentication }));
  await authentication.signOut();
}
