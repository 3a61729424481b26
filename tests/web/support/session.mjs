// A worker without a worker: the real session and dispatcher behind a MessageChannel, with the real engine.

import { loadEngine } from '../../../wasm/js/engine.js';
import { serve } from '../../../web/worker/dispatcher.js';
import { createSession } from '../../../web/worker/session.js';

/**
 * @returns {import('../../../web/worker/client.js').WorkerLike & {dead: boolean, die: () => void}}
 */
export function startSession() {
  const { port1, port2 } = new MessageChannel();
  /** @type {any} */
  const inside = {
    postMessage: (/** @type {any} */ message, /** @type {any} */ transfer) =>
      worker.dead || port2.postMessage(message, transfer),
    onmessage: null,
  };
  /** Ports that were handed in: they end with the worker. @type {MessagePort[]} */
  const ports = [];
  port2.onmessage = (event) => {
    const { port } = event.data.args ?? {};
    if (port) ports.push(port);
    if (!worker.dead) inside.onmessage(event);
  };
  serve(
    inside,
    createSession({
      loadEngine,
      send: (event, data, transfer) => inside.postMessage({ event, data }, transfer),
      now: () => performance.now(),
      later: (run) => setImmediate(() => worker.dead || run()),
    }),
  );
  const worker = {
    dead: false,
    postMessage: (/** @type {any} */ message, /** @type {any} */ transfer = []) => port1.postMessage(message, transfer),
    terminate() {
      worker.dead = true;
      for (const port of [port1, ...ports]) port.close();
    },
    /** Ends without a word, as when the browser kills the process. */
    die() {
      worker.dead = true;
    },
    set onmessage(/** @type {any} */ listener) {
      port1.onmessage = listener;
    },
    onerror: null,
  };
  return worker;
}

/** @param {() => boolean} condition @param {string} what */
export async function until(condition, what, milliseconds = 20000) {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Nothing came of it: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
