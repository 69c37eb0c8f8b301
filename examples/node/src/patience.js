import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 4;

/**
 * Runs an action, and repeats it after a temporary failure.
 * Use it for calls that may be repeated: provisioning sets entitlements, it does not add to them.
 *
 * `wait` gets seconds. Tests pass their own, so that they need not sleep.
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

/** Whether the portal throttles, is unavailable, or the connection broke. */
export function passes(error) {
  // fetch says only "fetch failed" or "terminated". The system's reason is the cause.
  if (error instanceof TypeError) return error.cause !== undefined;
  return /^HTTP (429|502|503|504)\b/.test(String(error.code));
}

/** The Retry-After of the portal. The client keeps the headers only if the body of an answer is not JSON. */
function retryAfter(error) {
  const seconds = Number.parseInt(error.response?.headers?.get?.('Retry-After'), 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}
