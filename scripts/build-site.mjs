// Makes build/site: the bundles, the pages, the modules and the weights. (The data chunks there are pack-data's.)

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import esbuild from 'esbuild';
import { assetScript } from './lib/asset-script.mjs';
import { assetFiles, bundleOptions, readArchitectures } from './lib/bundle-plugins.mjs';
import { gzip } from './lib/gzip.mjs';
import { root, runMain, say, StepError } from './lib/process.mjs';
import { splitPlugins } from './lib/split.mjs';
import { filesBelow, unlessFresh } from './lib/stamp.mjs';

const site = join(root, 'build/site');
const modules = ['build/wasm/engine-simd128.wasm', 'build/wasm/engine-relaxed.wasm'];
/** Of the net that the page opens with. */
export const firstWeights = 'lenet5-mnist.cnn';
/** Script of the site → its entry. */
const bundles = {
  'playground.js': 'web/main.js',
  'afterwards.js': 'web/afterwards.js',
  'embed.js': 'web/embed.js',
  'charts.js': 'web/charts.js',
  'texts-ru.js': 'web/i18n/ru.js',
};
const pages = ['index.html', 'embed.html'];

async function writeSite() {
  /** @type {Set<string>} */
  const written = new Set();
  /** @param {string} path from the site's root @param {string | Uint8Array} content */
  const write = (path, content) => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), content);
    written.add(path);
  };
  /** A file that the page may have to load as a script. @param {string} path @param {Uint8Array} bytes */
  const writeAsset = (path, bytes) => {
    write(path, bytes);
    write(`${path}.js`, assetScript(path, bytes));
  };

  /**
   * gzip, which an earlier build may have made already.
   * @param {string} path  from the site's root @param {string} source @param {{first: boolean}} how
   */
  const writeGzip = (path, source, how) => {
    const before = join(site, path);
    const done = existsSync(before) && gunzipSync(readFileSync(before)).equals(readFileSync(source));
    writeAsset(path, done ? readFileSync(before) : gzip(source, how));
  };

  const split = await splitPlugins(bundles['playground.js'], bundles['afterwards.js']);
  /** @type {Record<string, import('esbuild').Plugin>} */
  const extra = { 'playground.js': split.first, 'afterwards.js': split.later };
  for (const [name, entry] of Object.entries(bundles)) {
    const result = await bundle(entry, name, name in extra ? [extra[name]] : []);
    for (const file of result.outputFiles) write(basename(file.path), file.contents);
  }
  for (const page of pages) {
    if (existsSync(join(root, 'web', page))) write(page, readFileSync(join(root, 'web', page)));
  }
  for (const path of filesBelow('web')) {
    if (/\.(svg|png|ico)$/.test(path)) write(path.slice(join(root, 'web/').length), readFileSync(path));
  }
  for (const path of modules) {
    write(`wasm/${basename(path)}`, readFileSync(join(root, path)));
    writeGzip(`wasm/${basename(path)}.gz`, join(root, path), { first: true });
  }
  for (const path of assetFiles('weights', '.cnn')) {
    const name = basename(path);
    writeGzip(`weights/${name}.gz`, path, { first: name === firstWeights });
  }

  writeAsset('architectures.json', Buffer.from(JSON.stringify(readArchitectures())));

  // What an earlier build left and this one does not make.
  for (const path of filesBelow(site)) {
    const name = path.slice(site.length + 1);
    if (!name.startsWith('data/') && !written.has(name)) rmSync(path);
  }
}

/** @param {string} entry @param {string} name @param {import('esbuild').Plugin[]} plugins */
async function bundle(entry, name, plugins) {
  try {
    return await esbuild.build({
      ...bundleOptions,
      plugins: [...plugins, ...(bundleOptions.plugins ?? [])],
      entryPoints: [join(root, entry)],
      outfile: join(site, name),
      write: false,
    });
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error);
    if (!errors) throw error;
    throw new StepError((await esbuild.formatMessages(errors, { kind: 'error', color: false })).join(''));
  }
}

export async function buildSite() {
  const inputs = filesBelow('web', 'wasm/js', 'assets', 'scripts', 'package-lock.json', ...modules);
  for (const path of modules) {
    if (!existsSync(join(root, path))) throw new StepError(`${path} is missing; run npm run build.`);
  }
  const outputs = readdirSync(join(root, 'web')).includes('index.html') ? ['build/site/index.html'] : [];
  const since = Date.now();
  const done = await unlessFresh('site', inputs, outputs, writeSite);
  if (done) say(`  ✓ site (${((Date.now() - since) / 1000).toFixed(1)} s)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(buildSite);
