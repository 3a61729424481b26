import assert from 'node:assert/strict';
import test from 'node:test';
import { createSnapshots } from '../../web/worker/snapshots.js';

/** A training of so many steps. @param {ReturnType<typeof createSnapshots>} snapshots @param {number} steps @param {number} bytes */
function trainOn(snapshots, steps, bytes) {
  let most = 0;
  for (let step = 0; step <= steps; step++) {
    if (snapshots.due(step)) snapshots.keep(step, new Uint8Array(bytes));
    most = Math.max(most, snapshots.bytes);
  }
  return most;
}

test('the first steps are all kept, later ones ever more rarely', () => {
  const snapshots = createSnapshots();
  trainOn(snapshots, 100, 10);
  assert.deepEqual(snapshots.steps.slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { steps } = snapshots;
  assert.ok(steps.length < 40 && steps[steps.length - 1] > 85, String(steps));
});

test('number and bytes stay bounded however long training lasts, and the ends stay', () => {
  const snapshots = createSnapshots({ most: 32, mostBytes: 1e5 });
  const most = trainOn(snapshots, 200000, 4000);
  assert.ok(most <= 1e5, String(most));
  const { steps } = snapshots;
  assert.ok(steps.length <= 25 && steps.length > 20, String(steps.length));
  assert.equal(steps[0], 0);
  assert.ok(steps[steps.length - 1] > 170000);
  // Evenly spread over the logarithm: no neighbours are more than a few times as far apart as others.
  const gaps = steps.slice(1).map((step, i) => (step + 8) / (steps[i] + 8));
  assert.ok(Math.max(...gaps) < 3, String(gaps));
});

test('a snapshot larger than all room keeps two of them', () => {
  const snapshots = createSnapshots({ mostBytes: 100 });
  trainOn(snapshots, 50, 1000);
  assert.equal(snapshots.steps.length, 2);
});

test('at finds the last one before a step; cut forgets what is later', () => {
  const snapshots = createSnapshots();
  assert.equal(snapshots.at(5), null);
  trainOn(snapshots, 20, 10);
  assert.equal(snapshots.at(3)?.step, 3);
  assert.equal(snapshots.at(1e9)?.step, snapshots.steps.at(-1));
  snapshots.cut(4);
  assert.deepEqual(snapshots.steps, [0, 1, 2, 3, 4]);
  assert.equal(snapshots.due(5), true, 'goes on from there');
});
