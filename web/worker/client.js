// The page's side of the protocol table. It also notices when a worker is gone: an error event, an aborted request, or
// pings that stay without an answer.

import { operations } from './protocol.js';
import { transferables } from './dispatcher.js';

/** How often the worker is asked whether it lives, and how many questions may go unanswered (twice as many after each
 * time that this was too few: one training step may take long on a slow device). */
const kPingEvery = 1000;
const kMissedPings = 4;

/** A refusal of the engine or the worker, on this side of the boundary. */
export class RemoteError extends Error {
  /** @param {import('./protocol.js').EngineErrorData} data */
  constructor(data) {
    super(data.text || data.message);
    this.name = 'RemoteError';
    this.code = data.code;
    this.subject = data.subject;
    this.path = data.path;
    this.reason = data.message;
  }
}

/**
 * @typedef {object} WorkerLike
 * @property {(message: any, transfer?: Transferable[]) => void} postMessage
 * @property {() => void} terminate
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} [onerror]
 */

/** @typedef {(args?: Record<string, any>, options?: {signal?: AbortSignal}) => Promise<any>} Call */
/** @typedef {Record<keyof typeof operations, Call>} Calls */

/**
 * @param {object} options
 * @param {() => Promise<WorkerLike>} options.startWorker  resolves once the worker has spoken
 * @param {{every(milliseconds: number, run: () => void): () => void}} options.clock
 * @param {(event: string, data: any) => void} options.onEvent
 * @param {(reason: string) => void} options.onLost  the worker is gone and all its requests have failed
 */
export function createClient({ startWorker, clock, onEvent, onLost }) {
  /** @type {WorkerLike | null} */
  let worker = null;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const pending = new Map();
  let lastId = 0;
  let missedPings = 0;
  let allowedPings = kMissedPings;
  let stopPings = () => {};

  /** @param {any} message */
  const receive = ({ id, result, error, event, data }) => {
    missedPings = 0;
    if (event) return onEvent(event, data);
    const request = pending.get(id);
    pending.delete(id);
    if (error) request?.reject(new RemoteError(error));
    else request?.resolve(result);
  };

  /** @param {string} reason */
  const lose = (reason) => {
    if (!worker) return;
    end();
    const error = new RemoteError({ code: 'worker_lost', message: reason, subject: 'worker', path: '', text: reason });
    const requests = [...pending.values()];
    pending.clear();
    for (const { reject } of requests) reject(error);
    onLost(reason);
  };

  const end = () => {
    stopPings();
    if (!worker) return;
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
    worker = null;
  };

  /**
   * @param {string} op
   * @param {Record<string, any>} args
   * @param {AbortSignal} [signal]  aborting ends the worker: the only way to stop a call that computes
   */
  const request = (op, args, signal) =>
    new Promise((resolve, reject) => {
      if (!worker || signal?.aborted) {
        const text = worker ? 'The request was cancelled.' : 'There is no worker.';
        return reject(new RemoteError({ code: 'worker_lost', message: text, subject: 'worker', path: '', text }));
      }
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => pending.has(id) && lose('cancelled'), { once: true });
      const { transfer } = /** @type {Record<string, {transfer?: string[]}>} */ (operations)[op];
      worker.postMessage({ id, op, args }, transferables(args, transfer));
    });

  const calls = /** @type {Calls} */ (
    Object.fromEntries(
      Object.keys(operations).map((op) => [
        op,
        (/** @type {any} */ args = {}, /** @type {any} */ options = {}) => request(op, args, options.signal),
      ]),
    )
  );

  return {
    ...calls,
    async connect() {
      end();
      const started = await startWorker();
      worker = started;
      missedPings = 0;
      started.onmessage = ({ data }) => receive(data);
      started.onerror = (event) => lose(String(event?.message || 'error'));
      stopPings = clock.every(kPingEvery, () => {
        if (missedPings >= allowedPings) {
          allowedPings *= 2;
          return lose('silent');
        }
        missedPings++;
        request('ping', {}).catch(() => {});
      });
    },
    end,
  };
}

/** @typedef {ReturnType<typeof createClient>} Client */
