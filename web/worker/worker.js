// Entry of the worker: a classic script, started from a blob: or data: address (see host/browser.js).

import { loadEngine } from '../../wasm/js/engine.js';
import { serve } from './dispatcher.js';
import { createSession } from './session.js';

/** @type {import('./dispatcher.js').Port} */
const port = /** @type {any} */ (self);

// A message to oneself comes after the messages that wait already; a timer would come after its 4 ms minimum.
const channel = new MessageChannel();
/** @type {(() => void) | null} */
let next = null;
channel.port1.onmessage = () => next?.();

serve(
  port,
  createSession({
    loadEngine,
    send: (event, data, transfer) => port.postMessage({ event, data }, transfer),
    now: () => performance.now(),
    later(run) {
      next = run;
      channel.port2.postMessage(null);
    },
  }),
);

port.postMessage({ event: 'hello' });
