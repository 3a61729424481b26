// npm run bench [-- filter]: the kernel benchmark native and in both modules under node.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildTargets } from './lib/cmake.mjs';
import { relaxedSimdFlags } from './lib/node-flags.mjs';
import { root, runMain, say, setProgressStream } from './lib/process.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  setProgressStream(process.stderr);
  await setup();
  await buildTargets('native kernel benchmark', 'native', ['kernels_bench']);
  await buildTargets('WebAssembly kernel benchmark', 'wasm', ['wasm_bench']);
  const args = process.argv.slice(2);
  const runner = [process.execPath, ...relaxedSimdFlags, 'tests/bench/kernels_bench.mjs'];
  const commands = {
    native: [join(root, 'build/native/tests/kernels_bench')],
    simd128: [...runner, 'build/wasm/kernels_bench-simd128.wasm'],
    relaxed: [...runner, 'build/wasm/kernels_bench-relaxed.wasm'],
  };
  for (const [name, [program, ...programArgs]] of Object.entries(commands)) {
    say(`\n${name}`);
    const { status } = spawnSync(program, [...programArgs, ...args], { cwd: root, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
});
