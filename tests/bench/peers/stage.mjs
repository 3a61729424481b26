// Puts our entry of the side-by-side benchmark into one folder: node tests/bench/peers/stage.mjs build/peers-ours
// Then, in a copy of the benchmark: OURS=<that folder> node build.mjs

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = process.argv[2];
if (!folder) {
  console.error('usage: node tests/bench/peers/stage.mjs <folder>');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const name of ['ours.mjs', 'replica.mjs']) cpSync(join(root, 'tests/bench/peers', name), join(folder, name));
for (const name of ['bell.js', 'team.js', 'protocol.js']) cpSync(join(root, 'web/worker', name), join(folder, 'worker', name));
cpSync(join(root, 'wasm/js'), join(folder, 'js'), { recursive: true });
for (const name of ['simd128', 'relaxed']) {
  cpSync(join(root, `build/wasm/engine-${name}.wasm`), join(folder, `engine-${name}.wasm`));
}
