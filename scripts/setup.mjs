// Sets a machine up: Debian packages, npm packages, data sets. `--tests` adds what only the tests need.

import { fileURLToPath } from 'node:url';
import { packData } from './pack-data.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { root, runMain, step, StepError } from './lib/process.mjs';
import { unlessFresh } from './lib/stamp.mjs';

/** @param {{tests?: boolean}} [options] */
export async function setup({ tests = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new StepError(`Node 18 or later is needed; this is ${process.version}.`);
  }
  await ensurePackages({ tests });
  await unlessFresh('npm', [`${root}/package-lock.json`], ['node_modules/.package-lock.json'], async () => {
    // The packages' own scripts have nothing to do here; esbuild's only replaces its launcher.
    await step('npm packages', ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  });
  await packData();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(() => setup({ tests: process.argv.includes('--tests') }));
}
