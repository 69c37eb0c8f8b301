import { request } from '@esri/arcgis-rest-request';
import { patiently } from './patience.js';

const KINDS = ['userTypes', 'appBundles', 'apps', 'extensions'];

/**
 * What a future licence brings: `{ parts: [{ kind, id, members, from }], expires }`.
 *
 * The portal lists everything that it knows. An entry with a count has the date of its effect; one with a count of 0
 * brings nothing, and its date is the day on which the licence expires. `expires` is null when no entry tells it.
 */
export async function futureLicense({ portalAdminUrl, authentication, wait }) {
  // The client's default is POST, which this resource does not take.
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
