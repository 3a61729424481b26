// Builds everything that `npm start` serves: the native command line, both WebAssembly modules, the site.

import { fileURLToPath } from 'node:url';
import { buildTargets } from './lib/cmake.mjs';
import { runMain } from './lib/process.mjs';

export async function build() {
  await buildTargets('native command line', 'native', ['cnn']);
  await buildTargets('WebAssembly modules', 'wasm', ['wasm_modules']);
  const { buildSite } = await import('./build-site.mjs'); // only now: it needs the npm packages
  await buildSite();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { setup } = await import('./setup.mjs');
  await runMain(async () => {
    await setup();
    await build();
  });
}
