// gzip for what is made once and downloaded often. libdeflate's best is 4 to 5 % below zlib's on the modules, in a tenth of a
// second; zopfli takes one or two for another half per cent of a module and 2.7 of the weights.

import { spawnSync } from 'node:child_process';
import { StepError } from './process.mjs';

/** @param {string} path @param {{first?: boolean}} [options]  first: the first prediction waits for it @returns {Buffer} */
export function gzip(path, { first = false } = {}) {
  const [command, ...options] = first ? ['zopfli', '--i5'] : ['libdeflate-gzip', '-12'];
  const { status, stdout, stderr, error } = spawnSync(command, [...options, '-c', path], { maxBuffer: 2 ** 28 });
  if (status === 0) return stdout;
  throw new StepError(`${command} failed: ${error?.message ?? stderr}`);
}
