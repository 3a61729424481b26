import assert from 'node:assert/strict';
import test from 'node:test';
import { createClient } from '../../web/worker/client.js';
import { plainError, serve, transferables } from '../../web/worker/dispatcher.js';
import { events, operations } from '../../web/worker/protocol.js';
import { createSession } from '../../web/worker/session.js';
import { createMockHost } from '../../web/host/mock.js';

/** A client and a dispatcher on the two ends of a channel. @param {any} handlers */
function pair(handlers) {
  const { port1, port2 } = new MessageChannel();
  serve(/** @type {any} */ (port2), /** @type {any} */ ({ handlers, underWay: () => null }));
  const host = createMockHost();
  /** @type {any[]} */
  const said = [];
  /** @type {string[]} */
  const lost = [];
  let starts = 0;
  const client = createClient({
    startWorker: async () => {
      starts++;
      return {
        postMessage: (message, transfer = []) => port1.postMessage(message, transfer),
        terminate: () => port1.close(),
        set onmessage(/** @type {any} */ listener) {
          port1.onmessage = listener;
        },
        onerror: null,
      };
    },
    clock: host.clock,
    onEvent: (event, data) => said.push([event, data]),
    onLost: (reason) => lost.push(reason),
  });
  return { client, host, said, lost, port2, starts: () => starts };
}

test('the session answers every operation of the table and no other', () => {
  const parts = /** @type {any} */ ({ loadEngine() {}, send() {}, now: () => 0, later() {} });
  assert.deepEqual(Object.keys(createSession(parts).handlers).sort(), Object.keys(operations).sort());
});

test('each operation names its arguments, and transfers only what it names', () => {
  for (const [name, operation] of Object.entries(operations)) {
    const { args, transfer = [] } = /** @type {any} */ (operation);
    assert.equal(new Set(args).size, args.length, name);
    for (const member of transfer) assert.ok(args.includes(member), `${name}: ${member}`);
  }
  assert.ok(Object.keys(events).length > 0);
});

test('the handlers take exactly the arguments of the table', () => {
  const parts = /** @type {any} */ ({ loadEngine() {}, send() {}, now: () => 0, later() {} });
  for (const [name, handler] of Object.entries(createSession(parts).handlers)) {
    const source = handler.toString();
    const pattern = source.slice(source.indexOf('(') + 1).match(/^\s*\{([^}]*)\}/);
    const taken = pattern ? pattern[1].split(',').map((/** @type {string} */ each) => each.split(':')[0].trim()) : [];
    const { args } = operations[/** @type {keyof typeof operations} */ (name)];
    assert.deepEqual(taken.filter(Boolean), [...args], name);
  }
});

test('in the middle of a shared step, or of one right after it, only what does not ask the trainer is answered', async () => {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const ends = [];
  const begin = () => new Promise((/** @type {(value: void) => void} */ resolve) => ends.push(resolve));
  /** @type {Promise<void> | null} */
  let step = begin().then(() => {
    step = begin().then(() => {
      step = null;
    });
  });
  const handlers = /** @type {any} */ ({ ping: () => 'ping', dismissTeam: () => 'dismissed', pause: () => 'paused' });
  serve(/** @type {any} */ (port2), { handlers, underWay: () => step });
  /** @type {string[]} */
  const answers = [];
  /** @type {((value: void) => void)[]} */
  const heard = [];
  port1.onmessage = ({ data }) => {
    answers.push(data.result);
    heard[data.id]();
  };
  const ask = (/** @type {string} */ op) =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      port1.postMessage({ id: heard.length, op, args: {} });
      heard.push(resolve);
    });
  const paused = ask('pause');
  await ask('dismissTeam');
  for (const end of [0, 1]) {
    await ask('ping');
    assert.ok(!answers.includes('paused'), String(answers));
    ends[end]();
  }
  await paused;
  assert.deepEqual(answers, ['dismissed', 'ping', 'ping', 'paused']);
  port1.close();
});

test('answers keep the order of the questions; concurrent ones let others pass', async (t) => {
  /** @type {string[]} */
  const order = [];
  /** @type {() => void} */
  let finish = () => {};
  const { client } = pair({
    evaluate: () => new Promise((resolve) => (finish = () => resolve(void order.push('evaluate')))),
    openModel: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push('openModel');
    },
    classify: () => {
      order.push('classify');
      finish();
    },
  });
  t.after(client.end);
  await client.connect();
  await Promise.all([client.evaluate(), client.openModel(), client.classify()]);
  assert.deepEqual(order, ['openModel', 'classify', 'evaluate']);
});

test('errors travel as plain objects with their place', async (t) => {
  const { client } = pair({
    summarize() {
      throw Object.assign(new Error('kernel is too large.'), {
        code: 'shape',
        subject: 'conv2d',
        path: '/layers/2',
        text: 'whole',
      });
    },
  });
  t.after(client.end);
  await client.connect();
  await assert.rejects(client.summarize({ definition: {} }), { code: 'shape', path: '/layers/2', message: 'whole' });
  assert.deepEqual(plainError('odd').code, 'failed');
});

test('an unknown operation is refused, not ignored', async () => {
  const { port1, port2 } = new MessageChannel();
  serve(/** @type {any} */ (port2), /** @type {any} */ ({ handlers: {}, underWay: () => null }));
  const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  port1.postMessage({ id: 7, op: 'constructor', args: {} });
  const { id, error } = /** @type {any} */ (await answer);
  port1.close();
  assert.equal(id, 7);
  assert.match(error.message, /no operation "constructor"/);
});

test('named buffers are handed over, once each', async (t) => {
  const { client } = pair({ openModel: (/** @type {{bytes: Uint8Array}} */ { bytes }) => bytes.length });
  t.after(client.end);
  await client.connect();
  const bytes = new Uint8Array(100);
  assert.equal(await client.openModel({ bytes }), 100);
  assert.equal(bytes.byteLength, 0, 'the sender no longer has it');
  const buffer = new ArrayBuffer(8);
  const two = { a: new Uint8Array(buffer, 0, 4), b: new Uint8Array(buffer, 4), c: null };
  assert.deepEqual(transferables(two, ['a', 'b', 'c', 'd']), [buffer]);
  assert.deepEqual(transferables({ record: { x: two.a, y: two.b } }, ['record']), [buffer]);
});

test('a worker that falls silent is lost: pending requests fail and it is told once', async (t) => {
  const { client, host, lost, port2 } = pair({ ping() {} });
  t.after(client.end);
  await client.connect();
  port2.onmessage = null;
  const pending = client.classify({ input: {}, tensors: null });
  for (let second = 0; second < 3; second++) host.tick(1000);
  assert.deepEqual(lost, []);
  for (let second = 0; second < 3; second++) host.tick(1000);
  assert.deepEqual(lost, ['silent']);
  await assert.rejects(pending, { code: 'worker_lost' });
  await assert.rejects(client.ping(), { code: 'worker_lost' });
});

test('a worker that answers its pings is not lost', async (t) => {
  const { client, host, lost } = pair({ ping() {} });
  t.after(client.end);
  await client.connect();
  for (let second = 0; second < 12; second++) {
    host.tick(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(lost, []);
});

test('aborting a request ends the worker', async (t) => {
  const { client, lost } = pair({ evaluate: () => new Promise(() => {}) });
  t.after(client.end);
  await client.connect();
  const abort = new AbortController();
  const pending = client.evaluate({}, { signal: abort.signal });
  abort.abort();
  await assert.rejects(pending, { code: 'worker_lost' });
  assert.deepEqual(lost, ['cancelled']);
});
