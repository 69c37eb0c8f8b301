import { request } from '@esri/arcgis-rest-request';
import { patiently } from './patience.js';

/**
 * Gives purchasers their entitlements of one license-by-user listing, one after another.
 *
 * An order is `{ purchaserOrgId, maxUsers, entitlements: { name: count } }`.
 * For each order it yields `{ purchaserOrgId, provision }`, or `{ purchaserOrgId, refused }` with the client's error if
 * the portal refuses this order. It throws errors that concern all orders: no token, no privilege, no portal.
 */
export async function* provisionAll({ sharingUrl, authentication, itemId, orders, wait }) {
  const url = `${sharingUrl}/content/listings/${itemId}/provisionOrgEntitlements`;
  for (const { purchaserOrgId, ...set } of orders) {
    const params = { purchaserOrgId, orgEntitlements: orgEntitlements(set) };
    try {
      yield { purchaserOrgId, provision: await patiently(() => request(url, { authentication, params }), wait) };
    } catch (error) {
      if (!concernsThisOrder(error)) throw error;
      yield { purchaserOrgId, refused: error };
    }
  }
}

/** The client writes this object as JSON into the form. */
function orgEntitlements({ maxUsers, entitlements }) {
  const counts = Object.entries(entitlements).map(([name, num]) => [name, { num }]);
  return { maxUsers, entitlements: Object.fromEntries(counts) };
}

/** The numeric code is in the answer: `error.code` is the messageCode, such as CONT_0001, if there is one. */
function concernsThisOrder(error) {
  return error.response?.error?.code === 400;
}
