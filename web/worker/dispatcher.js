// The worker's side of the protocol table: one loop that turns messages into calls of handlers and what they return or
// throw into answers.

import { operations } from './protocol.js';

/**
 * @typedef {object} Port  a Worker's global, a MessagePort, or anything alike
 * @property {(message: any, transfer?: Transferable[]) => void} postMessage
 * @property {((event: any) => void) | null} [onmessage]
 */

/**
 * @typedef {Record<keyof typeof operations, (args: any) => any>} Handlers
 * @typedef {object} Session
 * @property {Handlers} handlers
 * @property {() => Promise<void> | null} underWay  the end of something during which most operations have to wait
 */

/**
 * @param {Port} port
 * @param {Session} session
 */
export function serve(port, { handlers, underWay }) {
  /** The request before, so that answers keep the order of the questions. @type {Promise<unknown>} */
  let before = Promise.resolve();

  port.onmessage = ({ data }) => {
    const { id, op, args } = data;
    /** @type {import('./protocol.js').Operation | undefined} */
    const operation = Object.hasOwn(operations, op)
      ? operations[/** @type {keyof typeof operations} */ (op)]
      : undefined;
    const answer = async () => {
      try {
        if (!operation) throw new Error(`There is no operation "${op}".`);
        while (!operation.anyTime && underWay()) await underWay();
        const result = await handlers[/** @type {keyof typeof operations} */ (op)](args ?? {});
        port.postMessage({ id, result }, transferables(result, operation.resultTransfer));
      } catch (error) {
        port.postMessage({ id, error: plainError(error) });
      }
    };
    if (operation?.concurrent) answer();
    else before = before.then(answer);
  };
}

/**
 * The buffers and ports of the named members, each once; views, records of views and absent members are allowed.
 * @param {any} value
 * @param {readonly string[] | undefined} members
 * @returns {Transferable[]}
 */
export function transferables(value, members) {
  if (!value || !members) return [];
  const buffers = members
    .map((name) => value[name])
    .filter((member) => member)
    .flatMap((member) => (ArrayBuffer.isView(member) || isTransferable(member) ? member : Object.values(member)))
    .map((member) => (ArrayBuffer.isView(member) ? member.buffer : member));
  return [...new Set(buffers)].filter(isTransferable);
}

const isTransferable = (/** @type {any} */ value) => value instanceof ArrayBuffer || value instanceof MessagePort;

/**
 * An error as it travels: an object that any structured clone can carry.
 * @param {any} error
 * @returns {import('./protocol.js').EngineErrorData}
 */
export function plainError(error) {
  const message = String(error?.message ?? error);
  return {
    code: String(error?.code ?? 'failed'),
    message,
    subject: String(error?.subject ?? ''),
    path: String(error?.path ?? ''),
    text: String(error?.text ?? message),
  };
}
