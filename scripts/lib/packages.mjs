// The Debian packages: which are needed, which are missing, how they get installed.

import { spawnSync } from 'node:child_process';
import { ask, say, step, StepError } from './process.mjs';

const forStart = [
  'binaryen',
  'clang-19',
  'cmake',
  'dataset-fashion-mnist',
  'emscripten',
  'g++',
  'libdeflate-tools',
  'libpng-dev',
  'libxsimd-dev',
  'lld-19',
  'ninja-build',
  'zopfli',
];
const forTests = ['catch2', 'chromium', 'firefox-esr', 'nlohmann-json3-dev'];

/** @param {string[]} names */
function missingOf(names) {
  if (ask(['dpkg-query', '--version']) === null) {
    throw new StepError(
      `This set-up knows Debian 12 only (dpkg-query was not found). The packages it would install there: ${names.join(' ')}`,
    );
  }
  // Exits with 1 when a package is unknown, and still lists the others.
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\\n', ...names], { encoding: 'utf8' });
  const installed = new Set(query.stdout.split('\n'));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Installs what is missing, or says how to.
 * @param {{tests: boolean}} options
 */
export async function ensurePackages({ tests }) {
  const missing = missingOf(tests ? [...forStart, ...forTests] : forStart);
  if (missing.length === 0) return;

  const isRoot = process.getuid?.() === 0;
  if (!isRoot && ask(['sudo', '-n', 'true']) === null) {
    throw new StepError(
      `These Debian packages are missing:\n  ${missing.join('\n  ')}\n` +
        'and without root rights they cannot be installed from here. Please run\n' +
        `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}\n` +
        'and then this command again.',
    );
  }
  const asRoot = isRoot ? ['env'] : ['sudo', '-n', 'env'];
  const apt = [...asRoot, 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  say(`  Debian packages to install: ${missing.join(' ')}`);
  await step('Debian package lists', [...apt, 'update']);
  await step('Debian packages', [...apt, 'install', '-y', '--no-install-recommends', ...missing]);
}
