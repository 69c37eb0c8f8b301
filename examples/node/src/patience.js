import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 4;

/**
 * Does what it is given, and does it again when it failed for a reason that passes by itself.
 * Use it for calls that may be done twice: provisioning sets entitlements, it does not add to them.
 *
 * `wait` is given seconds; tests bring their own, so that they need not sleep.
 */
export async function patiently(action, wait = (seconds) => sleep(seconds * 1000)) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (attempt === ATTEMPTS || !passes(error)) throw error;
      await wait(retryAfter(error) ?? 2 ** (attempt - 1));
    }
  }
}

/** Whether the portal is throttling or out of reach, or the connection broke. */
export function passes(error) {
  // fetch says no more than "fetch failed" or "terminated"; the system's reason is the cause.
  if (error instanceof TypeError) return error.cause !== undefined;
  return /^HTTP (429|502|503|504)\b/.test(String(error.code));
}

/** What the portal asked for. The client hands on the headers only of answers whose body is not JSON. */
function retryAfter(error) {
  const seconds = Number.parseInt(error.response?.headers?.get?.('Retry-After'), 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}
