// Runs src/main.js in a process of its own, as its users do.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Returns the lines of JSON on standard output, the text on standard error, and the exit code. */
export function run({ sharingUrl, portalAdminUrl }, env = {}) {
  const settings = {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '',
    PORTAL_SHARING_URL: sharingUrl,
    PORTAL_ADMIN_URL: portalAdminUrl,
    PORTAL_USERNAME: 'admin',
    PORTAL_PASSWORD: 'admin-password',
    ...env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main.js', 'orders.json'], { cwd: folder, env: settings }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
      resolve({ lines, stderr, code: error ? error.code : 0 });
    });
  });
}
