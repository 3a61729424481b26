// npm run bench [-- --json] [part of a name …]: the kernel benchmark native and in both modules under node. Every line has
// its share of the peak that the same build reached in the same run; nets have images/s. Then training by one worker and by
// two, and with --peers FOLDER, where the side-by-side benchmark of browser engines is installed, all nets beside those.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTargets } from './lib/cmake.mjs';
import { relaxedSimdFlags } from './lib/node-flags.mjs';
import { StepError, root, runMain, say, setProgressStream } from './lib/process.mjs';
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

/** Other browser engines and native PyTorch, one thread and two. */
const kAgents = [
  ...['ours@1', 'ours@2', 'ours-simd128@1', 'ort-train@1', 'tfjs-wasm@1', 'litert@1', 'convnetjs@1'].map((name) => `chromium/${name}`),
  ...['torch-openblas@1', 'torch-openblas-nhwc@1', 'torch-openblas@2', 'torch-openblas-nhwc@2'].map((name) => `native/${name}`),
];

/** Runs a command whose output is the reader's. @param {string[]} command @param {import('node:child_process').SpawnOptions} [options] */
const show = ([program, ...args], options) => spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;

/** @param {string} folder  of the benchmark, its packages installed */
function besidePeers(folder) {
  const ours = join(root, 'build/peers-ours');
  const there = { cwd: folder, env: { ...process.env, OURS: ours } };
  const run = ['run.mjs', '--agents', kAgents.join(), '--workloads', 'W1,W2,W3,W4,W5', '--modes', 'train32,infer32,infer1'];
  return (
    show([process.execPath, 'tests/bench/peers/stage.mjs', ours]) ||
    show([process.execPath, 'build.mjs'], there) ||
    show([process.execPath, ...run, '--rounds', '3', '--ms', '250'], there)
  );
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, peers: { type: 'string' } },
    });
  } catch {
    throw new StepError('usage: npm run bench -- [--json] [--peers FOLDER] [part of a name …]');
  }
}

await runMain(async () => {
  const { positionals: parts, values } = readArguments();
  if (values.peers && !existsSync(join(values.peers, 'run.mjs'))) {
    throw new StepError(`--peers ${values.peers}: there is no benchmark (run.mjs) in this folder.`);
  }
  setProgressStream(process.stderr);
  await setup();
  await buildTargets('native kernel benchmark', 'native', ['kernels_bench']);
  await buildTargets('WebAssembly kernel benchmark', 'wasm', ['wasm_bench']);
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
    if (values.json) continue;
    const peak = rows[0].flops / rows[0].seconds;
    say(`\n${name}: peak ${(peak / 1e9).toFixed(1)} GFLOP/s`);
    for (const row of rows.slice(1)) say(line(row, peak));
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(results, null, 1)}\n`);
    return 0;
  }
  if (parts.length) return 0;
  say('\ntraining by one worker and by two');
  await buildTargets('WebAssembly modules', 'wasm', ['wasm_modules']);
  return show([process.execPath, ...relaxedSimdFlags, 'tests/bench/shares.mjs']) || (values.peers ? besidePeers(resolve(values.peers)) : 0);
});
