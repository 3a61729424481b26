import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, foldBlocks, sourceChannels, sourceWindow, stageOf, stagesOf } from '../../web/widgets/stages.js';
import { layoutOf, lanesOf } from '../../web/views/network/layout.js';
import { columnEdges, unitEdges } from '../../web/views/network/edges.js';
import { walk } from '../../web/views/network/walk.js';
import { arranged, pictureOf, tile } from '../../web/widgets/quantity.js';

/** @typedef {import('../../web/widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {import('../../web/views/network/walk.js').Place} Place */

/** @param {number} size @param {number} jump @param {number} start */
const field = (size, jump, start) => ({ size: [size, size], jump: [jump, jump], start: [start, start] });
/**
 * @param {string} name @param {string} role @param {string[]} inputs @param {[number, number, number]} shape
 * @param {Partial<LayerSummary>} [more]
 * @returns {LayerSummary}
 */
const layer = (name, role, inputs, shape, more = {}) => ({
  name,
  type: role,
  role,
  inputs,
  shape,
  parameters: 0,
  tensors: [],
  macs: 0,
  activation_bytes: 0,
  attributes: {},
  path: '',
  ...more,
});

/** Names say nothing on purpose: what a layer is, its role says. */
const chain = [
  layer('a', 'input', [], [28, 28, 1], { receptive_field: field(1, 1, 0) }),
  layer('b', 'convolution', ['a'], [28, 28, 6], { receptive_field: field(5, 1, -2) }),
  layer('c', 'normalization', ['b'], [28, 28, 6], { receptive_field: field(5, 1, -2) }),
  layer('d', 'activation', ['c'], [28, 28, 6], { receptive_field: field(5, 1, -2) }),
  layer('e', 'pooling', ['d'], [14, 14, 6], { receptive_field: field(6, 2, -2) }),
  layer('f', 'convolution', ['e'], [10, 10, 16], { receptive_field: field(14, 2, -2), attributes: { groups: 2 } }),
  layer('g', 'reshape', ['f'], [1, 1, 1600]),
  layer('h', 'regularization', ['g'], [1, 1, 1600]),
  layer('i', 'dense', ['h'], [1, 1, 10]),
  layer('j', 'head', ['i'], [1, 1, 10]),
];

const residual = [
  layer('x', 'input', [], [8, 8, 4]),
  layer('k', 'convolution', ['x'], [8, 8, 4]),
  layer('l', 'activation', ['k'], [8, 8, 4]),
  layer('m', 'convolution', ['l'], [8, 8, 4]),
  layer('n', 'merge', ['m', 'x'], [8, 8, 4]),
  layer('o', 'activation', ['n'], [8, 8, 4]),
  layer('p', 'merge', ['o', 'l'], [8, 8, 8]),
];

/** Two blocks as the definition makes them: branches side by side, then a projection beside two layers. */
const block = (/** @type {number} */ entry) => ({ path: `/layers/${entry}` });
const branched = [
  layer('in', 'input', [], [8, 8, 4], block(0)),
  layer('A.one', 'convolution', ['in'], [8, 8, 4], block(1)),
  layer('A.two', 'convolution', ['in'], [8, 8, 4], block(1)),
  layer('A.three', 'convolution', ['A.two'], [8, 8, 4], block(1)),
  layer('A.join', 'merge', ['A.one', 'A.three'], [8, 8, 8], block(1)),
  layer('B.left.x', 'convolution', ['A.join'], [8, 8, 8], block(2)),
  layer('B.right', 'convolution', ['A.join'], [8, 8, 8], block(2)),
  layer('B.add', 'merge', ['B.left.x', 'B.right'], [8, 8, 8], block(2)),
  layer('out', 'head', ['B.add'], [1, 1, 10], block(3)),
];

test('blocks are what one entry of the definition made, and fold into one column', () => {
  const stages = stagesOf(branched);
  assert.deepEqual(blocksOf(stages), ['A', 'B']);
  const folded = foldBlocks(stages, new Set(['A', 'B']));
  assert.deepEqual(
    folded.map(({ id, shown, sources }) => [id, shown.name, ...sources.map(({ stage }) => stage)]),
    [
      ['in', 'in'],
      ['A', 'A.join', 0],
      ['B', 'B.add', 1],
      ['out', 'out', 2],
    ],
  );
  const half = foldBlocks(stages, new Set(['A']));
  assert.deepEqual(
    half.map(({ id, sources }) => [id, ...sources.map(({ stage }) => stage)]),
    [['in'], ['A', 0], ['B.left.x', 1], ['B.right', 1], ['B.add', 2, 3], ['out', 4]],
  );
  assert.deepEqual(
    foldBlocks(stages, new Set()).map(({ id }) => id),
    stages.map(({ id }) => id),
  );
});

for (const [width, height, zoom] of [
  [1200, 600, 1],
  [700, 420, 1],
  [1200, 600, 2.5],
  [1200, 600, 0.3],
]) {
  test(`branches ${width}×${height}, ${zoom} times: side by side in one column, nothing on top of another`, () => {
    const layout = layoutOf(stagesOf(branched), { width, height, dpr: 1, zoom });
    const [, one, two, , join] = layout.columns;
    assert.equal(one.rank, two.rank);
    assert.ok(one.y + one.height <= two.y + 1, 'what is skipped over stands on top');
    assert.equal(join.rank, 3);
    for (const a of layout.columns) {
      assert.ok(a.mapsY >= a.y && a.mapsY + a.mapsHeight <= a.y + a.height);
      assert.ok(a.x + a.width <= layout.width && a.y + a.height <= layout.height);
      for (const b of layout.columns) {
        const apart = a === b || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y + 1 || b.y + b.height <= a.y + 1;
        assert.ok(apart, `${a.stage.id} and ${b.stage.id}`);
      }
    }
    assert.equal(columnEdges(layout).length, 10, 'every connection has its line');
    assert.deepEqual(
      layout.blocks.map(({ id }) => id),
      ['A', 'B'],
    );
  });
}

test('weights become pictures: every number once, one picture for each output', () => {
  for (const [shape, source] of [
    [[3, 2, 5, 4], [9, 9, 5]],
    [[1, 1, 7, 3], [9, 9, 7]],
    [[24, 6], [2, 3, 4]],
    [[24, 6], [1, 1, 24]],
  ]) {
    const { shape: picture, order, hidden } = tile(shape, source);
    assert.equal(hidden, 0);
    const numbers = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i + 1);
    const placed = arranged(numbers, order);
    assert.equal(placed.length, picture[0] * picture[1] * picture[2]);
    assert.deepEqual(
      [...placed].filter((v) => v !== 0).sort((a, b) => a - b),
      [...numbers],
    );
    const outputs = shape[shape.length - 1];
    placed.forEach((v, i) => assert.ok(v === 0 || (v - 1) % outputs === i % outputs, 'in the picture of its output'));
  }
  const large = tile([3136, 128], [7, 7, 64]);
  assert.ok(large.hidden > 0 && large.shape[2] + large.hidden === 128);
});

test('a column without the chosen numbers shows its activations, and says so', () => {
  const tensors = [{ name: 'kernel', shape: [5, 5, 1, 6], count: 150, trainable: true }];
  const stages = stagesOf(chain.map((node) => (node.name === 'b' ? { ...node, tensors } : node)));
  const kinds = (/** @type {import('../../web/widgets/quantity.js').TensorKind} */ kind) => stages.map((stage) => pictureOf(stage, stages, kind)).map((p) => [p.kind, p.address, p.asked]);
  assert.deepEqual(kinds('parameter')[1], ['parameter', 'b/kernel', true]);
  assert.deepEqual(kinds('parameter')[2], ['activation', 'e', false]);
  assert.deepEqual(kinds('gradient')[2], ['gradient', 'e', true]);
  assert.deepEqual(kinds('gradient').at(-1), ['activation', 'j', false], 'a head is the loss');
});

test('what only restricts or reshapes is folded into the stage before it', () => {
  const stages = stagesOf(chain);
  assert.deepEqual(
    stages.map(({ id }) => id),
    ['a', 'b', 'e', 'f', 'i', 'j'],
  );
  assert.deepEqual(
    stages[1].steps.map(({ name }) => name),
    ['b', 'c', 'd'],
  );
  assert.equal(stages[1].shown.name, 'd');
  assert.equal(stages[3].shown.name, 'f', 'a flattened map is shown as a map');
  assert.deepEqual(
    stages[3].nodes.map(({ name }) => name),
    ['f', 'g', 'h'],
  );
  assert.equal(stageOf(stages, 'h')?.id, 'f');
});

test('an activation that is not the only reader keeps its own column', () => {
  const twice = [...chain.slice(0, 4), layer('z', 'pooling', ['b'], [14, 14, 6])];
  assert.deepEqual(
    stagesOf(twice).map(({ id }) => id),
    ['a', 'b', 'c', 'z'],
  );
});

test('skips are found, and no two of one level overlap', () => {
  const stages = stagesOf(residual);
  assert.deepEqual(
    stages.map(({ id }) => id),
    ['x', 'k', 'm', 'n', 'p'],
  );
  const { skips, levels } = lanesOf(stages);
  assert.deepEqual(skips.map(({ from, to }) => [from, to]).sort(), [
    [0, 3],
    [1, 4],
  ]);
  assert.equal(levels, 2);
  for (const a of skips) {
    for (const b of skips) assert.ok(a === b || a.level !== b.level || a.to <= b.from || b.to <= a.from);
  }
});

test('channels come from those that made them', () => {
  const stages = stagesOf(chain);
  assert.deepEqual(sourceChannels(stages[1], stages[0], 3), { from: 0, to: 1, step: 1 });
  assert.deepEqual(sourceChannels(stages[2], stages[1], 3), { from: 3, to: 4, step: 1 });
  assert.deepEqual(sourceChannels(stages[3], stages[2], 3), { from: 0, to: 3, step: 1 }, 'first group');
  assert.deepEqual(sourceChannels(stages[3], stages[2], 12), { from: 3, to: 6, step: 1 }, 'second group');
  const merged = stagesOf(residual);
  assert.deepEqual(sourceChannels(merged[3], merged[0], 2), { from: 2, to: 3, step: 1 }, 'sum');
  assert.deepEqual(sourceChannels(merged[4], merged[3], 2), { from: 2, to: 3, step: 1 }, 'side by side');
  assert.deepEqual(sourceChannels(merged[4], merged[1], 6), { from: 2, to: 3, step: 1 });
  assert.deepEqual(sourceChannels(merged[4], merged[1], 2), { from: 0, to: 0, step: 1 });
});

test('the window of a unit follows from the two receptive fields', () => {
  const [a, b, , , e, f] = chain;
  assert.deepEqual(sourceWindow(b, a, 0, 7), { row: -2, column: 5, h: 5, w: 5 });
  assert.deepEqual(sourceWindow(e, b, 3, 4), { row: 6, column: 8, h: 2, w: 2 });
  assert.deepEqual(sourceWindow(f, e, 9, 0), { row: 9, column: 0, h: 5, w: 5 });
  assert.deepEqual(sourceWindow(chain[8], f, 0, 0), { row: 0, column: 0, h: 10, w: 10 });
});

for (const [width, height] of [
  [1200, 520],
  [840, 480],
  [400, 300],
  [320, 620],
]) {
  test(`layout ${width}×${height}: nothing overlaps, nothing leaves the plane`, () => {
    for (const net of [chain, residual]) {
      const layout = layoutOf(stagesOf(net), { width, height, dpr: 1 });
      let right = 0;
      for (const column of layout.columns) {
        assert.ok(column.x >= right, `${column.stage.id} begins at ${column.x}, the one before ends at ${right}`);
        assert.ok(column.mapsX >= column.x - 1 && column.mapsX + column.mapsWidth <= column.x + column.width + 1);
        assert.ok(column.mapsY >= 0 && column.mapsY + column.mapsHeight <= layout.height);
        assert.ok(Number.isInteger(column.grid.cell) && column.grid.cell >= 1);
        assert.ok(column.grid.columns * column.grid.rows >= column.grid.c);
        right = column.x + column.width;
      }
      assert.ok(right <= layout.width + 1);
    }
  });
}

test('more device pixels make finer squares of the same size', () => {
  const [plain, sharp] = [1, 2].map((dpr) => layoutOf(stagesOf(chain), { width: 1000, height: 500, dpr }));
  const [a, b] = [plain, sharp].map(({ columns }) => columns[1]);
  assert.ok(Math.abs(a.mapsHeight - b.mapsHeight) < 0.35 * a.mapsHeight);
  assert.ok(b.grid.width > 1.4 * a.grid.width);
});

test('lines lead from the windows to the unit', () => {
  const stages = stagesOf(chain);
  const layout = layoutOf(stages, { width: 1000, height: 500, dpr: 1 });
  assert.equal(columnEdges(layout).length, 5);
  const column = layout.columns[3];
  const {
    lines,
    windows,
    field: box,
  } = unitEdges(layout.columns, column, { node: column.stage.shown, channel: 3, row: 2, column: 2 }, 1);
  assert.equal(lines.split('M').length - 1, 3, 'three channels of the first group');
  assert.equal(windows.split('z').length - 1, 3);
  assert.equal(box.split('z').length - 1, 1, 'and the field in the input');
});

test('the keyboard walks layer, channel, position and back', () => {
  const grids = layoutOf(stagesOf(chain), { width: 1000, height: 500, dpr: 1 }).columns.map(({ grid }) => grid);
  const press = (/** @type {Place} */ place, /** @type {string[]} */ ...keys) => keys.reduce((at, key) => walk(grids, at, key)?.place ?? at, place);
  assert.deepEqual(press({ stage: 0 }, 'ArrowRight', 'ArrowDown'), { stage: 1, channel: 0 });
  assert.deepEqual(press({ stage: 0 }, 'ArrowLeft'), { stage: 0 });
  assert.deepEqual(press({ stage: 0 }, 'End'), { stage: 5 });
  assert.deepEqual(press({ stage: 1, channel: 0 }, 'Enter'), { stage: 1, channel: 0, row: 14, column: 14 });
  assert.deepEqual(press({ stage: 1, channel: 0, row: 0, column: 27 }, 'ArrowUp', 'ArrowRight'), {
    stage: 1,
    channel: 0,
    row: 0,
    column: 27,
  });
  assert.deepEqual(press({ stage: 1, channel: 0, row: 3, column: 3 }, 'Escape', 'Escape'), { stage: 1 });
  assert.equal(walk(grids, { stage: 1 }, 'Escape')?.clear, true);
  assert.equal(walk(grids, { stage: 1 }, 'x'), null);
  const last = grids[1].c - 1;
  assert.deepEqual(press({ stage: 1, channel: 0 }, 'End'), { stage: 1, channel: last });
  assert.equal(walk(grids, { stage: 4, channel: 2 }, 'Enter')?.place.row, undefined, 'a vector has no positions');
});
