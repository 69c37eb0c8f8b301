// Serves the application on a free port.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const file = (path) => new URL(`../${path}`, import.meta.url);
const files = {
  '/': ['text/html', file('app/index.html')],
  '/app.js': ['text/javascript', file('app/app.js')],
  '/esri': ['text/html', file('app/esri.html')],
  '/esri.js': ['text/javascript', file('app/esri.js')],
  '/arcgis-rest-request.js': ['text/javascript', file('node_modules/@esri/arcgis-rest-request/dist/bundled/request.esm.js')],
};

/** Serves the application until the test `t` ends. `requests` are the addresses that a browser has asked for. */
export async function serveApp(t) {
  const app = { settings: {}, requests: [] };
  const server = createServer(async (request, response) => {
    app.requests.push(request.url);
    const { pathname } = new URL(request.url, app.url);
    if (pathname === '/settings.json') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(app.settings));
    } else if (files[pathname]) {
      const [type, path] = files[pathname];
      response.writeHead(200, { 'Content-Type': type }).end(await readFile(path));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  app.url = `http://127.0.0.1:${server.address().port}/`;
  return app;
}
