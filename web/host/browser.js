// Everything that the page asks of its surroundings. Tests put mock.js in its place. Nothing here may fail because the
// page stands in a sandboxed frame, comes from a file, or is denied storage.

import { createStorage } from './storage.js';
import { createAssets } from './assets.js';
import { hasRelaxedSimd, hasSimd } from './features.js';

/**
 * @typedef {object} Host
 * @property {(path: string) => Promise<Uint8Array>} asset  bytes of a file of the site
 * @property {(path: string) => Promise<void>} loadScript  a classic script of the site, once
 * @property {(path: string) => Promise<void>} loadStyle  a style sheet of the site
 * @property {(source: string) => Promise<import('../worker/client.js').WorkerLike>} startWorker
 * @property {() => number} cores  of the processor, as far as the browser says
 * @property {() => boolean} hasSimd
 * @property {() => 'simd128' | 'relaxed'} wasmModule
 * @property {Clock} clock
 * @property {(run: () => void) => void} nextFrame
 * @property {(name: string, bytes: Uint8Array | string, type?: string) => void} download
 * @property {(text: string) => Promise<boolean>} copy
 * @property {import('./storage.js').Storage} storage
 * @property {Page} page
 */

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(milliseconds: number, run: () => void) => () => void} after
 * @property {(milliseconds: number, run: () => void) => () => void} every
 */

/**
 * @typedef {object} Page  the address and what the browser says about its user
 * @property {() => string} address
 * @property {() => string} hash
 * @property {() => URLSearchParams} query
 * @property {(hash: string, push: boolean) => void} setHash
 * @property {(run: () => void) => () => void} onHash
 * @property {() => readonly string[]} languages
 * @property {() => boolean} online
 * @property {(run: () => void) => () => void} onOnline  the connection is back
 */

/** @returns {Host} */
export function createBrowserHost() {
  const assets = createAssets();
  const query = () => new URLSearchParams(location.search);
  return {
    asset: assets.asset,
    loadScript: assets.loadScript,
    loadStyle: assets.loadStyle,
    startWorker,
    cores: () => navigator.hardwareConcurrency || 1,
    hasSimd,
    wasmModule() {
      const wanted = query().get('module');
      if (wanted === 'simd128' || wanted === 'relaxed') return wanted;
      return hasRelaxedSimd() ? 'relaxed' : 'simd128';
    },
    clock: {
      now: () => performance.now(),
      after(milliseconds, run) {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      every(milliseconds, run) {
        const timer = setInterval(run, milliseconds);
        return () => clearInterval(timer);
      },
    },
    nextFrame(run) {
      // A page that is out of sight gets no frames.
      if (document.visibilityState === 'hidden')
        setTimeout(run, 100);
      else
        requestAnimationFrame(run);
    },
    download(name, bytes, type = 'application/octet-stream') {
      const content = typeof bytes === 'string' ? bytes : new Uint8Array(bytes);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([content], { type }));
      link.download = name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
    copy,
    storage: createStorage(),
    page: {
      address: () => location.href,
      hash: () => location.hash,
      query,
      setHash(hash, push) {
        const address = hash || location.pathname + location.search;
        try {
          history[push ? 'pushState' : 'replaceState'](null, '', address);
        } catch {
          // Documents from srcdoc may not change their address; the page works without.
        }
      },
      onHash(run) {
        addEventListener('popstate', run);
        addEventListener('hashchange', run);
        return () => {
          removeEventListener('popstate', run);
          removeEventListener('hashchange', run);
        };
      },
      languages: () => navigator.languages ?? [navigator.language],
      online: () => navigator.onLine !== false,
      onOnline(run) {
        addEventListener('online', run);
        return () => removeEventListener('online', run);
      },
    },
  };
}

/**
 * A classic worker from a blob: address works in files and sandboxed frames; where it does not, it says so by an error
 * event before its first message, and a data: address is tried.
 * @param {string} source
 * @returns {Promise<import('../worker/client.js').WorkerLike>}
 */
async function startWorker(source) {
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return await firstWord(blob);
  } catch {
    return await firstWord(`data:text/javascript;charset=utf-8,${encodeURIComponent(source)}`);
  } finally {
    URL.revokeObjectURL(blob);
  }
}

/** @param {string} address @returns {Promise<any>} */
function firstWord(address) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(address);
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message || 'The worker did not start.'));
    };
  });
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
