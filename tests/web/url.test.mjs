import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createMockHost } from '../../web/host/mock.js';
import { accept, settings } from '../../web/state/schema.js';
import { createStore } from '../../web/state/store.js';
import { decodeSettings, encodeSettings, packStrokes, syncAddress, unpackStrokes } from '../../web/state/url.js';

/** @typedef {import('../../web/state/schema.js').SettingName} SettingName */

const names = /** @type {SettingName[]} */ (Object.keys(settings));

const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 280 }), fc.integer({ min: 0, max: 280 })), {
  maxLength: 40,
});
const strokes = fc.array(points, { maxLength: 6 });
const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);

/** Any value that a setting may have. @type {Record<SettingName, fc.Arbitrary<any>>} */
const values = /** @type {any} */ (
  Object.fromEntries(
    names.map((key) => {
      /** @type {import('../../web/state/schema.js').Setting} */
      const { type, choices, min = 0, max = 1 } = settings[key];
      switch (type) {
        case 'choice':
          return [key, fc.constantFrom(...(choices ?? []))];
        case 'name':
          return [key, name];
        case 'integer':
          return [key, fc.integer({ min, max })];
        case 'number':
          return [key, fc.double({ min, max, noNaN: true })];
        case 'definition':
          return [
            key,
            fc.option(
              fc.dictionary(
                fc.string(),
                fc.jsonValue().map((v) => JSON.parse(JSON.stringify(v))),
              ),
            ),
          ];
        case 'strokes':
          return [key, fc.option(strokes)];
        case 'options':
          return [key, fc.dictionary(name, fc.oneof(fc.integer(), fc.boolean(), fc.string()))];
        case 'unit':
          return [key, fc.option(fc.tuple(name, fc.nat(999)).map(([node, channel]) => `${node}/${channel}@3,12`))];
      }
    }),
  )
);

test('any experiment comes back from its address', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(values), async (experiment) => {
      const hash = await encodeSettings(experiment);
      assert.ok(/^(#v1&[\x21-\x7e]+)?$/.test(hash), hash);
      const plain = Object.fromEntries(names.map((key) => [key, settings[key].initial]));
      const restored = { ...plain, ...(await decodeSettings(hash)) };
      for (const key of names) {
        // −0 is 0, and an empty drawing of empty strokes is what it says.
        const same = key === 'strokes' ? restored[key] : JSON.parse(JSON.stringify(restored[key] ?? null));
        assert.deepEqual(same ?? null, JSON.parse(JSON.stringify(experiment[key] ?? null)), key);
      }
    }),
    { numRuns: 150 },
  );
});

test('what is as at the beginning is not said', async () => {
  const store = createStore();
  const values = Object.fromEntries(names.map((key) => [key, store[key].value]));
  assert.equal(await encodeSettings(values), '');
  assert.equal(await encodeSettings({ ...values, seed: 7, net: 'mlp' }), '#v1&net=mlp&seed=7');
});

test('the keys of the address are those of the documentation and unlike each other', () => {
  const keys = names.map((key) => settings[key].key);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of ['net', 'data', 'lang', 'seed', 'lr', 'batch', 'opt', 'def', 'ink'])
    assert.ok(keys.includes(key), key);
});

test('unknown keys, foreign versions and impossible values are ignored', async () => {
  assert.deepEqual(await decodeSettings('#v1&net=mlp&colour=red&seed=2'), { net: 'mlp', seed: 2 });
  assert.deepEqual(await decodeSettings('#v2&net=mlp'), {});
  assert.deepEqual(await decodeSettings('#chapter-3'), {});
  const bad = '#v1&seed=-1&lr=abc&lr=&batch=0.5&lang=de&net=%00&room=attic&unit=../x&def=%%%&ink=!!!&opt=<b>&theme=';
  assert.deepEqual(await decodeSettings(bad), {});
});

test('no text makes the reader fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom(...names), async (text, key) => {
      const values = await decodeSettings(`#v1&${settings[key].key}=${text}`);
      for (const [found, value] of Object.entries(values)) {
        assert.notEqual(accept(/** @type {SettingName} */ (found), value), undefined);
      }
    }),
  );
});

test('strokes keep their points, in a few bytes each', () => {
  const line = Array.from({ length: 100 }, (_, i) => [i * 2, 280 - i]);
  assert.deepEqual(unpackStrokes(packStrokes([line, [], [[5, 5]]])), [line, [], [[5, 5]]]);
  assert.ok(packStrokes([line]).length < 300);
});

/** Waits for the compressors to finish. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

test('another net makes an entry in the history; the rest does not', async () => {
  const host = createMockHost();
  const store = createStore();
  const stop = syncAddress({ store, host, initial: {}, follow: async () => {} });
  store.seed.value = 3;
  host.tick(300);
  await settle();
  assert.deepEqual(host.entries, ['#v1&seed=3']);
  store.net.value = 'mlp';
  host.tick(300);
  await settle();
  assert.deepEqual(host.entries, ['#v1&seed=3', '#v1&net=mlp&seed=3']);
  stop();
});

test('going back is followed and makes no entry of its own', async () => {
  const host = createMockHost({ hash: '#v1&net=mlp' });
  const store = createStore({ net: 'mlp' });
  /** @type {any[]} */
  const followed = [];
  const stop = syncAddress({
    store,
    host,
    initial: { language: 'en' },
    async follow(wanted) {
      followed.push(wanted);
      store.net.value = wanted.net;
    },
  });
  host.go('#v1&net=softmax&seed=9');
  await settle();
  host.tick(300);
  await settle();
  assert.equal(followed.length, 1);
  assert.equal(followed[0].net, 'softmax');
  assert.equal(followed[0].seed, 9);
  assert.equal(followed[0].data, 'mnist');
  assert.equal(host.entries.length, 2);
  stop();
});
