// A sandbox of mockportal for each test: an isolated portal with its own members, clock, rules and journal, so that
// all tests can run at the same time on one server. Copy this file.
//
//   MOCKPORTAL_URL            where the server listens        (http://127.0.0.1:8080)
//   MOCKPORTAL_CONTROL_URL    where its control API listens   ($MOCKPORTAL_URL/__admin)
//   MOCKPORTAL_CONTROL_TOKEN  the value of --control-token  (none)
import assert from 'node:assert/strict';

const { env } = process;
export const root = (env.MOCKPORTAL_URL || 'http://127.0.0.1:8080').replace(/\/$/, '');
const control = (env.MOCKPORTAL_CONTROL_URL || `${root}/__admin`).replace(/\/$/, '');

/**
 * Creates a sandbox that plays a scenario, and deletes it after the test `t`. The test fails unless exactly
 * `violations` calls violated the contract.
 *
 * Other options are those of POST /__admin/sandboxes: `clock`, `seed`, `rules`.
 */
export async function sandbox(t, scenario = 'trial', { violations = 0, ...options } = {}) {
  const made = await ask('POST', '/sandboxes', { scenario, ...options });
  const own = (path, method = 'GET', body = undefined) => ask(method, `/sandboxes/${made.id}${path}`, body);
  const calls = async (query = {}) => (await own(`/calls?${new URLSearchParams({ limit: 1000, ...query })}`)).calls;
  t.after(async () => {
    const wrong = (await calls({ violations: true })).flatMap((call) => call.violations.map((v) =>
      `call ${call.number}, ${call.method} ${call.path}: ${v.in} ${v.name}${v.pointer} ${v.message}; ${v.hint}`));
    const summary = await own('', 'DELETE');
    if (summary.violations !== violations) {
      wrong.forEach((line) => t.diagnostic(line)); // also where the test has already failed by something else
      assert.fail(`${summary.violations} calls violate the contract, not ${violations}:\n${wrong.join('\n')}`);
    }
    assert.deepEqual(summary.unmet, [], 'expectations of the scenario that are not met');
  });
  return {
    ...made,
    /** The journal, oldest call first. `query` is that of GET …/calls: operation, member, outcome, violations, after. */
    calls,
    /** The called operations, in the order of the calls. */
    operations: async () => (await calls()).map((call) => call.operation),
    /** Advances the portal's clock by a duration such as 90m or 31d. */
    advance: (duration) => own('/clock', 'POST', { advance: duration }),
    /** Changes the answers to the next matching calls, with one rule or a list. */
    addRules: (rules) => own('/rules', 'POST', rules),
    /** The current members, provisions and licence. */
    world: async () => (await own('/world')).world,
  };
}

async function ask(method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (env.MOCKPORTAL_CONTROL_TOKEN) headers.Authorization = `Bearer ${env.MOCKPORTAL_CONTROL_TOKEN}`;
  const response = await fetch(control + path, { method, headers, body: body && JSON.stringify(body) }).catch((cause) => {
    throw new Error(`no mockportal answers at ${control}: ${cause.cause?.message || cause.message}`, { cause });
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** The ids that all built-in scenarios share. */
export const itemId = '6489da7f08f045ac8c0a5b1de37d56fe';
export const sellerOrgId = 'HwhoSWTiJyaB0VDi';
export const purchaserOrgId = 'sWwd06TnJR4lHopc';
