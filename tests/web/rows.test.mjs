import assert from 'node:assert/strict';
import test from 'node:test';
import { mapRows, rowsText } from '../../web/widgets/rows.js';

test('cells are parted by tabs, numbers have the decimal mark of the language and nothing else', () => {
  const rows = [
    ['step', 'loss'],
    [1200, 0.5],
    [1e7, -1.5e-9],
  ];
  assert.equal(rowsText(rows, '.'), 'step\tloss\n1200\t0.5\n10000000\t-1.5e-9\n');
  assert.equal(rowsText(rows, ','), 'step\tloss\n1200\t0,5\n10000000\t-1,5e-9\n');
});

test('a number of the engine can be had back from its text', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 60) - 30));
  const text = rowsText([Array.from(values)], '.');
  assert.deepEqual(Float32Array.from(text.split('\t').map(Number)), values);
});

test('what is missing leaves its cell empty, and a text stays in its cell', () => {
  assert.equal(rowsText([[null, undefined, NaN, 'two\twords\nhere']], '.'), '\t\t\ttwo words here\n');
});

test('a channel of a map is the table that the picture shows', () => {
  // Height 2, width 3, two channels: the channel is the fastest index.
  const values = Float32Array.from([0, 100, 1, 101, 2, 102, 3, 103, 4, 104, 5, 105]);
  assert.deepEqual(mapRows(values, 3, { channel: 1, channels: 2 }), [
    [100, 101, 102],
    [103, 104, 105],
  ]);
  assert.deepEqual(mapRows([1, 2, 3, 4], 2), [
    [1, 2],
    [3, 4],
  ]);
});
