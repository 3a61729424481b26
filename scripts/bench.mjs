// npm run bench [-- --json] [part of a name …]: the kernel benchmark native and in both modules under node. Every line has
// its share of the peak that the same build reached in the same run; nets have images/s.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildTargets } from './lib/cmake.mjs';
import { relaxedSimdFlags } from './lib/node-flags.mjs';
import { root, runMain, say, setProgressStream } from './lib/process.mjs';
import { setup } from './setup.mjs';

/** @typedef {{name: string, seconds: number, flops: number, images: number}} Row */

/** @param {Row} row @param {number} peak  in flop/s */
function line({ name, seconds, flops, images }, peak) {
  let text = `${name.padEnd(46)} ${(seconds * 1e6).toFixed(1).padStart(9)} us`;
  if (flops > 0) {
    const rate = flops / seconds;
    text += ` ${(rate / 1e9).toFixed(1).padStart(7)} GFLOP/s ${((100 * rate) / peak).toFixed(1).padStart(5)} %`;
  }
  return images > 0 ? `${text} ${(images / seconds).toFixed(0).padStart(8)} images/s` : text;
}

await runMain(async () => {
  setProgressStream(process.stderr);
  await setup();
  await buildTargets('native kernel benchmark', 'native', ['kernels_bench']);
  await buildTargets('WebAssembly kernel benchmark', 'wasm', ['wasm_bench']);
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const parts = args.filter((arg) => arg !== '--json');
  const runner = [process.execPath, ...relaxedSimdFlags, 'tests/bench/kernels_bench.mjs'];
  const commands = {
    native: [join(root, 'build/native/tests/kernels_bench')],
    simd128: [...runner, 'build/wasm/kernels_bench-simd128.wasm'],
    relaxed: [...runner, 'build/wasm/kernels_bench-relaxed.wasm'],
  };
  /** @type {Record<string, Row[]>} */
  const results = {};
  for (const [name, [program, ...programArgs]] of Object.entries(commands)) {
    const { status, stdout } = spawnSync(program, [...programArgs, ...parts], { cwd: root, encoding: 'utf8' });
    if (status !== 0) return status ?? 1;
    const rows = stdout.trim().split('\n').map((text) => /** @type {Row} */ (JSON.parse(text)));
    results[name] = rows;
    if (json) continue;
    const peak = rows[0].flops / rows[0].seconds;
    say(`\n${name}: peak ${(peak / 1e9).toFixed(1)} GFLOP/s`);
    for (const row of rows.slice(1)) say(line(row, peak));
  }
  if (json) process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
  return 0;
});
