// Runs a kernels_bench module, which has no imports and no clock: node kernels_bench.mjs module.wasm [part of a name …].
// Prints one line of JSON per case, the peak first, as the native program does; scripts/bench.mjs makes the table.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @typedef {{name: string, flops: number, images: number, seconds(): number}} Case */

/** Seconds of processor time: other work on the machine disturbs it less than the clock on the wall. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * Cases are warmed up past the baseline compiler; `seconds` is the time of one run, from a sample of about 10 ms. Case 0
 * is the peak.
 * @param {BufferSource} bytes
 * @param {(name: string) => boolean} wanted
 * @returns {Promise<Case[]>}
 */
export async function openBench(bytes, wanted) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { memory, _initialize, bench_count, bench_name, bench_flops, bench_images, bench_run } =
    /** @type {any} */ (instance.exports);
  _initialize();
  const count = bench_count();
  /** @param {number} pointer */
  const text = (pointer) => {
    const rest = new Uint8Array(memory.buffer, pointer);
    return new TextDecoder().decode(rest.subarray(0, rest.indexOf(0)));
  };
  /** @type {Case[]} */
  const cases = [];
  for (let i = 0; i < count; i += 1) {
    const name = text(bench_name(i));
    if (i > 0 && !wanted(name)) continue;
    /** @param {number} times */
    const sample = (times) => {
      const start = now();
      bench_run(i, times);
      return now() - start;
    };
    bench_run(i, i === 0 ? 200 : 3);
    await new Promise((resolve) => setTimeout(resolve, 5)); // the optimising compiler works beside us
    let times = 1;
    while (sample(times) < 0.01) times *= 2;
    cases.push({ name, flops: bench_flops(i), images: bench_images(i), seconds: () => sample(times) / times });
  }
  return cases;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, ...parts] = process.argv.slice(2);
  const wanted = (/** @type {string} */ name) => parts.length === 0 || parts.some((part) => name.includes(part));
  for (const { name, flops, images, seconds } of await openBench(readFileSync(path), wanted)) {
    const best = Math.min(...Array.from({ length: 5 }, seconds));
    console.log(JSON.stringify({ name, seconds: best, flops, images }));
  }
}
