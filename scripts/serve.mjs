// A small static file server: right types, gzip, revalidation, nothing outside its folder.

import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { root as projectRoot, runMain, StepError } from './lib/process.mjs';

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.gz': 'application/gzip', // data that the page unpacks itself: no Content-Encoding
};
const compressible = /^text\/|json|svg|wasm/;
const compress = promisify(gzip);

/** What has been read, by path, as long as the file keeps its time and size.
 * @typedef {{key: string, tag: string, plain: Buffer, packed: Buffer | null}} Entry */

/** @param {string} root @param {Record<string, string>} more  headers */
function createHandler(root, more) {
  /** @type {Map<string, Entry>} */
  const cache = new Map();

  /** @param {string} path @param {string} type @returns {Promise<Entry>} */
  async function load(path, type) {
    const { mtimeMs, size } = await stat(path);
    const key = `${mtimeMs} ${size}`;
    const known = cache.get(path);
    if (known?.key === key) return known;
    const plain = await readFile(path);
    const packed = compressible.test(type) && plain.length > 1000 ? await compress(plain, { level: 9 }) : null;
    const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    const entry = { key, tag, plain, packed };
    cache.set(path, entry);
    return entry;
  }

  /** @param {string | undefined} url @returns {Promise<string | null>} */
  async function resolvePath(url = '/') {
    let path;
    try {
      path = decodeURIComponent(new URL(url, 'http://host').pathname);
    } catch {
      return null;
    }
    if (path.includes('\0')) return null;
    if (path.endsWith('/')) path += 'index.html';
    const full = await realpath(join(root, path)).catch(() => null);
    if (full === null || !full.startsWith(root + sep)) return null;
    return (await stat(full)).isFile() ? full : null;
  }

  /** @type {import('node:http').RequestListener} */
  return async (request, response) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { Allow: 'GET, HEAD' }).end();
        return;
      }
      const path = await resolvePath(request.url);
      if (path === null) {
        response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
        return;
      }
      const type = types[extname(path)] ?? 'application/octet-stream';
      const { tag, plain, packed } = await load(path, type);
      const useGzip = packed !== null && /\bgzip\b/.test(String(request.headers['accept-encoding']));
      const headers = {
        'Content-Type': type,
        'Cache-Control': 'no-cache',
        'X-Content-Type-Options': 'nosniff',
        ETag: tag,
        Vary: 'Accept-Encoding',
        ...more,
      };
      if (request.headers['if-none-match'] === tag) {
        response.writeHead(304, headers).end();
        return;
      }
      const body = useGzip && packed ? packed : plain;
      response.writeHead(200, {
        ...headers,
        'Content-Length': body.length,
        ...(useGzip && { 'Content-Encoding': 'gzip' }),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`${error instanceof Error ? error.message : error}\n`);
    }
  };
}

// An isolated page may share memory among its workers; in exchange everything that it loads has to agree to it.
const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/**
 * Serves a folder. Port 0 takes a free one.
 * @param {{root: string, port?: number, host?: string, isolated?: boolean}} options
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>}
 */
export async function serve({ root, port = 0, host = 'localhost', isolated = false }) {
  const handler = createHandler(await realpath(resolve(root)), isolated ? isolating : {});
  /** @param {string} address @param {number} wanted @returns {Promise<import('node:http').Server>} */
  const listen = (address, wanted) =>
    new Promise((done, fail) => {
      const server = createServer(handler);
      server.once('error', fail);
      server.listen(wanted, address, () => done(server));
    });

  // "localhost" means both addresses: clients differ in which they try first.
  const addresses = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  /** @type {import('node:http').Server[]} */
  const servers = [];
  const close = async () => {
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((done) => server.close(done));
        server.closeAllConnections?.();
        return closed;
      }),
    );
  };
  for (const address of addresses) {
    try {
      const server = await listen(address, port);
      servers.push(server);
      port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (address === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) continue; // no IPv6 here
      await close();
      if (code === 'EADDRINUSE') {
        throw new StepError(`Port ${port} is in use by another program. Try: npm start -- --port ${port + 1}`);
      }
      if (code === 'EACCES') throw new StepError(`Port ${port} needs more rights. Try: npm start -- --port 8123`);
      throw new StepError(`Cannot listen on ${address}, port ${port}: ${message}`);
    }
  }
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`, port, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const server = await serve({ root: join(projectRoot, 'build/site'), port: Number(process.argv[2] ?? 8123) });
    console.log(server.url);
  });
}
