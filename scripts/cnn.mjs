// npm run -s cnn -- <arguments>: the native command line, built first when its sources changed. Standard output is the
// program's alone; its exit code is passed on.

import { spawn } from 'node:child_process';
import { statSync, utimesSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root, runMain, setProgressStream } from './lib/process.mjs';
import { filesBelow } from './lib/stamp.mjs';

const program = join(root, 'build/native/cnn');

function isCurrent() {
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const data = statSync(join(root, 'build/stamps/data-fashion-mnist'), { throwIfNoEntry: false });
  const sources = filesBelow('CMakeLists.txt', 'engine').filter((path) => /\.(cpp|h|txt)$/.test(path));
  return data !== undefined && sources.every((path) => statSync(path).mtimeMs <= built);
}

await runMain(async () => {
  if (!isCurrent()) {
    const since = new Date();
    setProgressStream(process.stderr);
    const { setup } = await import('./setup.mjs');
    const { buildTargets } = await import('./lib/cmake.mjs');
    await setup();
    await buildTargets('native command line', 'native', ['cnn']);
    // A change that needs no new link (a comment in a header) must not be looked into again every time.
    utimesSync(program, since, since);
  }
  const child = spawn(program, process.argv.slice(2), { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the program decides what it means.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 1)));
  });
});
