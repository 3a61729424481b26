// The download up to the first prediction must stay small. usage: node check-size.mjs

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { firstWeights } from './build-site.mjs';
import { root, runMain, say, StepError } from './lib/process.mjs';

const limit = 250_000;
const fixed = ['index.html', 'playground.js', 'wasm/engine-relaxed.wasm.gz', `weights/${firstWeights}.gz`];

export async function checkSize() {
  const site = join(root, 'build/site');
  const html = readFileSync(join(site, 'index.html'), 'utf8');
  const styles = [...html.matchAll(/<link[^>]+href="([^":]+\.css)"/g)].map((match) => match[1]);
  let total = 0;
  for (const name of [...fixed, ...styles]) {
    const path = join(site, name);
    if (!existsSync(path)) throw new StepError(`${name} is not in the site.`);
    const bytes = readFileSync(path);
    const size = name.endsWith('.gz') ? bytes.length : gzipSync(bytes, { level: 9 }).length;
    total += size;
    say(`    ${name.padEnd(32)} ${String(size).padStart(8)} bytes`);
  }
  say(`    ${'to the first prediction (gzip)'.padEnd(32)} ${String(total).padStart(8)} bytes, limit ${limit}`);
  if (total > limit) throw new StepError(`The download to the first prediction is ${total - limit} bytes too large.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(checkSize);
