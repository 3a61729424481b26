// The kernels stay near what the machine can do: each is measured in turn with the peak of the same module, so that a
// busy or slow machine slows both. Not alike, though: where another machine computes on the same core, what reads memory may have
// three fifths of its usual share for minutes. The shares are half of what an idle machine shows (tests/bench/RESULTS.md).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { openBench } from '../bench/kernels_bench.mjs';
import { fileUrl } from './support.mjs';

// Winograd's effective share counts the multiplications that it saves.
/** @type {Record<string, number>} */
const leastShares = {
  'gemm 256x256x256': 0.5,
  'conv 3x3 28x28x32-64 forward': 1.25,
  'conv 5x5 28x28x32-64 dx': 1.7,
  'conv 3x3dw 56x56x64-64 forward': 0.22,
  'conv 3x3dw 56x56x64-64 dk': 0.23,
  'W1 | 3x3 14x14x32-64 dk, db': 1.1,
  'W1 | dense 3136-128 forward': 0.36,
  'W2 | 5x5 14x14x6-16 forward': 0.55,
  'W3 | 5x5 24x24x1-8 dk, db': 0.4,
  'W3 | 5x5 12x12x8-16 dx': 1.2,
  'W4 | 5x5 32x32x3-16 forward': 0.52,
  'W5 | 3x3s2 16x16x32-64 dk, db': 0.5,
};

const rounds = 60;

for (const module of ['simd128', 'relaxed']) {
  const bytes = readFileSync(fileUrl(`build/wasm/kernels_bench-${module}.wasm`));
  test(`${module}: kernels keep their share of the peak`, { skip: !WebAssembly.validate(bytes) }, async () => {
    const [peak, ...cases] = await openBench(bytes, (name) => name in leastShares);
    assert.equal(cases.length, Object.keys(leastShares).length);
    const best = { peak: Infinity, own: cases.map(() => Infinity) };
    /** @param {number} i */
    const share = (i) => ((cases[i].flops / best.own[i]) * best.peak) / peak.flops;
    /** @param {number} i */
    const enough = (i) => share(i) >= leastShares[cases[i].name];
    for (let round = 0; round < rounds && !(round > 1 && cases.every((_, i) => enough(i))); round += 1) {
      best.peak = Math.min(best.peak, peak.seconds());
      for (const [i, { seconds }] of cases.entries()) best.own[i] = Math.min(best.own[i], seconds());
    }
    for (const [i, { name }] of cases.entries()) {
      const got = Math.round(100 * share(i)), least = Math.round(100 * leastShares[name]);
      assert.ok(enough(i), `${name}: at least ${least} % of the peak expected. Got ${got} %.`);
    }
  });
}
