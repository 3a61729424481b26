// Runs a kernels_bench module: node kernels_bench.mjs module.wasm [part of a name,…]. The module has no imports and no clock.
import { readFileSync } from 'node:fs';

const [path, filter = ''] = process.argv.slice(2);
const filters = filter.split(',');
const { instance } = await WebAssembly.instantiate(readFileSync(path), {});
const { memory, _initialize, bench_count, bench_name, bench_flops, bench_images, bench_run } = instance.exports;
_initialize();

/** @param {number} pointer */
const text = (pointer) => {
  const bytes = new Uint8Array(memory.buffer, pointer);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
};

/** Seconds of processor time: other work on the machine disturbs it less than the clock on the wall. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Seconds of one run of case i: the best of five rounds of about 10 ms, after a warm-up past the baseline compiler. */
const measure = (i) => {
  const time = (times) => {
    const start = now();
    bench_run(i, times);
    return now() - start;
  };
  let times = 1;
  while (time(times) < 0.01) times *= 2;
  let best = Infinity;
  for (let round = 0; round < 5; round += 1) best = Math.min(best, time(times) / times);
  return best;
};

const count = bench_count();
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
bench_run(0, 200);
await pause();
const peak = bench_flops(0) / measure(0);
console.log(`peak ${(peak / 1e9).toFixed(1)} GFLOP/s`);
for (let i = 0; i < count; i += 1) {
  const name = text(bench_name(i));
  if (!filters.some((part) => name.includes(part))) continue;
  bench_run(i, 3);
  await pause();
  const seconds = measure(i);
  let line = `${name.padEnd(46)} ${(seconds * 1e6).toFixed(1).padStart(9)} us`;
  const flops = bench_flops(i);
  if (flops > 0) {
    const share = (100 * flops) / seconds / peak;
    line += ` ${(flops / seconds / 1e9).toFixed(1).padStart(7)} GFLOP/s ${share.toFixed(1).padStart(5)} %`;
  }
  if (bench_images(i) > 0) line += ` ${(bench_images(i) / seconds).toFixed(0).padStart(8)} images/s`;
  console.log(line);
}
