// CMake builds by preset. Ninja finds out by itself what changed; configuring happens once.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, step } from './process.mjs';

/**
 * Only one build at a time: two ninjas in one folder would damage each other's work.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function locked(work) {
  const lock = join(root, 'build/lock');
  mkdirSync(join(root, 'build'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (!isAlive(lock)) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(lock, { force: true });
  process.on('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

/** @param {string} lock */
function isAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch {
    // An empty lock is one that is just being written.
    return (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > Date.now() - 1000;
  }
}

/**
 * @param {string} title
 * @param {string} preset configure preset
 * @param {string[]} targets
 * @param {{mayFail?: boolean}} [options] with mayFail everything that can be built is, and the exit code returned
 */
export async function buildTargets(title, preset, targets, { mayFail = false } = {}) {
  return locked(async () => {
    const folder = join(root, 'build', preset);
    if (!existsSync(join(folder, 'build.ninja'))) {
      const { code } = await step(`configure ${preset}`, ['cmake', '--preset', preset], { mayFail });
      if (code !== 0) return { code, output: '' };
    }
    const keepGoing = mayFail ? ['--', '-k', '0'] : [];
    return step(title, ['cmake', '--build', folder, '--target', ...targets, ...keepGoing], { mayFail });
  });
}
