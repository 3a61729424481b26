import assert from 'node:assert/strict';
import test from 'node:test';
import { arrange, strongest, termsOf, windowMaps } from '../../web/widgets/terms.js';
import { createQuestion } from '../../web/widgets/question.js';
import { addressAbove } from '../../web/widgets/format.js';

/** Terms as the engine sends them. @param {Record<string, number>[]} list */
function arraysOf(list) {
  const fields = ['input', 'row', 'column', 'channel', 'value', 'weight', 'product', 'tensor', 'element'];
  return Object.fromEntries(
    fields.map((field) => [
      field,
      Float32Array.from(list, (term) => term[field] ?? (field === 'product' ? term.value * term.weight : -1)),
    ]),
  );
}

/** A dilated 2×2 window over two channels at the corner of a 5×5 map, with a bias. */
const corner = [
  ...[-1, 1].flatMap((row) =>
    [-1, 1].flatMap((column) =>
      [0, 1].map((channel) => ({ input: 0, row, column, channel, value: row + column, weight: channel + 1 })),
    ),
  ),
  { input: -1, row: 0, column: 0, channel: 0, value: 1, weight: 0.5 },
];

test('terms of a window are arranged as one, its padding known, its bias apart', () => {
  const windows = arrange(termsOf(arraysOf(corner), [[5, 5, 2]]));
  assert.ok(windows.form === 'windows');
  assert.deepEqual([windows.rows, windows.columns, windows.channels], [[-1, 1], [-1, 1], [0, 1]]);
  assert.deepEqual(
    windows.cells[0].map((term) => term?.outside),
    [true, true, true, false],
  );
  assert.deepEqual(windows.sums, [0, 0]);
  assert.deepEqual(
    windows.constants.map(({ product }) => product),
    [0.5],
  );
  assert.deepEqual([...windowMaps(windows, 'weight')], [1, 2, 1, 2, 1, 2, 1, 2]);
  assert.deepEqual([...windowMaps(windows, 'value')], [-2, -2, 0, 0, 0, 0, 2, 2]);
});

test('what has no window is a list: single cells, several inputs, holes', () => {
  const row = { row: 0, column: 0, weight: 1, value: 2 };
  const dense = [0, 1, 2].map((channel) => ({ ...row, input: 0, channel }));
  const sum = [0, 1].map((input) => ({ ...row, input, channel: 4 }));
  for (const list of [dense, sum, corner.slice(1), []]) {
    const arranged = arrange(termsOf(arraysOf(list), [[5, 5, 2]]));
    assert.equal(arranged.form, 'list');
    assert.ok(arranged.form === 'list' && arranged.terms.length === list.filter(({ input }) => input >= 0).length);
  }
});

test('the strongest terms, and what all the others add', () => {
  const terms = termsOf(
    arraysOf([3, -5, 1, 0.5].map((value, channel) => ({ input: 0, row: 0, column: 0, channel, value, weight: 1 }))),
    [[1, 1, 4]],
  );
  const { shown, rest, sum } = strongest(terms, 2);
  assert.deepEqual(
    shown.map(({ product }) => product),
    [-5, 3],
  );
  assert.equal(rest, 2);
  assert.equal(sum, 1.5);
});

test('one question is under way, any number of reasons make one more, a refusal ends nothing', async () => {
  /** @type {(() => void)[]} */
  const waiting = [];
  let asked = 0;
  /** @type {number[]} */
  const taken = [];
  const question = createQuestion({
    ask: () =>
      new Promise((resolve, reject) => {
        const mine = ++asked;
        waiting.push(() => (mine === 2 ? reject(new Error('changed')) : resolve(mine)));
      }),
    take: (answer) => taken.push(answer),
    training: () => false,
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  question.want();
  question.want();
  await settle();
  assert.equal(asked, 1);
  for (let i = 0; i < 5; i++) question.want();
  await settle();
  assert.equal(asked, 1, 'the first is under way');
  waiting.shift()?.();
  await settle();
  assert.equal(asked, 2);
  waiting.shift()?.();
  await settle();
  question.want();
  await settle();
  waiting.shift()?.();
  await settle();
  assert.deepEqual(taken, [1, 3]);
});

test('one level up: position, channel, layer, the whole net', () => {
  assert.equal(addressAbove('a.b/7@12,3'), 'a.b/7');
  assert.equal(addressAbove('a.b/7'), 'a.b');
  assert.equal(addressAbove('a.b'), null);
  assert.equal(addressAbove(null), null);
});
