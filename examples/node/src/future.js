import { request } from '@esri/arcgis-rest-request';
import { patiently } from './patience.js';

const KINDS = ['userTypes', 'appBundles', 'apps', 'extensions'];

/**
 * Returns the future licence: `{ parts: [{ kind, id, members, from }], expires }`.
 *
 * The portal lists all entries. An entry with a count has the date when it takes effect. An entry with a count of 0 is
 * not a future entitlement; its date is the expiration of the licence. `expires` is null if there is no such entry.
 */
export async function futureLicense({ portalAdminUrl, authentication, wait }) {
  // The client's default is POST, which this resource refuses.
  const options = { httpMethod: 'GET', authentication };
  const license = await patiently(() => request(`${portalAdminUrl}/license/getFutureLicense`, options), wait);
  const entries = KINDS.flatMap((kind) => license[kind].map((entry) => ({ kind, ...entry })));
  const empty = entries.find((entry) => entry.maximumRegisteredMembers === 0);
  return {
    parts: entries
      .filter((entry) => entry.maximumRegisteredMembers > 0)
      .map(({ kind, id, maximumRegisteredMembers, startDate }) => ({
        kind, id, members: maximumRegisteredMembers, from: new Date(startDate),
      })),
    expires: empty ? new Date(empty.startDate) : null,
  };
}
