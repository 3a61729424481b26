// Runs the native command line for the tests.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.CNN_PROGRAM ?? join(root, 'build/native/cnn');

/** @param {...string} words @returns {{code: number | null, out: string, err: string}} */
export function cnn(...words) {
  const result = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26, cwd: root });
  if (result.error) throw result.error;
  return { code: result.status, out: result.stdout, err: result.stderr };
}

/** A line for the shell, to which $CNN is the program. @param {string} line */
export function shell(line) {
  const result = spawnSync('sh', ['-c', line], { encoding: 'utf8', env: { ...process.env, CNN: program } });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

/** What a command that must succeed prints with --json. @param {...string} words @returns {any} */
export function json(...words) {
  const result = cnn(...words, '--json');
  if (result.code !== 0) throw new Error(`cnn ${words.join(' ')}: exit code ${result.code}, ${result.err}`);
  return JSON.parse(result.out);
}

/** A folder that goes away with the test file. */
export const folder = mkdtempSync(join(tmpdir(), 'cnn-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** @param {string} name @param {string | Uint8Array} content */
export function put(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A digit in strokes: a 7 and a 1, as one writes them on a pad of 280 units. */
export const seven = { strokes: [[[80, 60], [140, 58], [200, 60], [180, 110], [150, 170], [125, 235]]] };
export const one = { strokes: [[[140, 40], [140, 140], [141, 240]]] };
