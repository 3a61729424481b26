// "Nothing changed" in milliseconds: a step is fresh when the names, sizes and times of its inputs are those of its
// last success.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './process.mjs';

/**
 * All files below the given files and folders (absolute or from the root), sorted; what does not exist is left out.
 * @param {string[]} places
 * @returns {string[]}
 */
export function filesBelow(...places) {
  /** @type {string[]} */
  const files = [];
  /** @param {string} place */
  const visit = (place) => {
    if (!existsSync(place)) return;
    if (!statSync(place).isDirectory()) files.push(place);
    else for (const entry of readdirSync(place).sort()) visit(join(place, entry));
  };
  for (const place of places) visit(place.startsWith('/') ? place : join(root, place));
  return files;
}

/**
 * @param {string[]} files
 * @returns {string}
 */
export function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * Does the work unless inputs and outputs are those of the last time.
 * @param {string} name
 * @param {string[]} inputs files
 * @param {string[]} outputs files that must exist
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether it was done
 */
export async function unlessFresh(name, inputs, outputs, work) {
  const stamp = join(root, 'build/stamps', name);
  const key = fingerprint(inputs);
  const paths = outputs.map((path) => join(root, path));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key && paths.every((path) => existsSync(path))) return false;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
  return true;
}
