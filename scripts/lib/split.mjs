// Two scripts of one page: what the first prediction needs, and the rest, which loads afterwards. The second has no
// copies of the first one's modules: the first hands over those that are asked for as cnnModules. The texts are split as
// well: first come those whose keys stand in the first script, whole ('train.start') or begun (`status.${…}`).

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import esbuild from 'esbuild';
import { bundleOptions, readModule } from './bundle-plugins.mjs';
import { root } from './process.mjs';

const texts = 'web/i18n/en.json';

/** @param {string} entry @returns {Promise<import('esbuild').Metafile['inputs']>} */
async function inputsOf(entry) {
  const { metafile } = await esbuild.build({
    ...bundleOptions,
    entryPoints: [join(root, entry)],
    outdir: join(root, 'build'), // nothing is written there
    write: false,
    metafile: true,
  });
  return metafile.inputs;
}

/**
 * The plugins that make the split.
 * @param {string} first  entry, from the root
 * @param {string} later  entry
 * @returns {Promise<{first: import('esbuild').Plugin, later: import('esbuild').Plugin}>}
 */
export async function splitPlugins(first, later) {
  const [firstInputs, laterInputs] = [await inputsOf(first), await inputsOf(later)];
  const own = Object.keys(laterInputs).filter((path) => !(path in firstInputs));
  const asked = new Set(own.flatMap((path) => laterInputs[path].imports.map((each) => each.path)));
  const shared = [...asked].filter((path) => path in firstInputs && path.endsWith('.js')).sort();
  const styles = Object.keys(firstInputs).filter((path) => path.endsWith('.css'));

  const table = JSON.parse(readFileSync(join(root, texts), 'utf8'));
  const sources = Object.keys(firstInputs)
    .filter((path) => path.startsWith('web/') && path.endsWith('.js'))
    .map((path) => readFileSync(join(root, path), 'utf8'));
  const found = (/** @type {RegExp} */ pattern) =>
    sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1]));
  const whole = new Set(found(/['"`](\w[\w.-]*)['"`]/g));
  const begun = [...new Set(found(/`(\w[\w.-]*\.)\$\{/g))];
  // What is only read when somebody asks for it can come later, too.
  const onDemand = /Tip$|^help\.|^keys\./;
  const isFirst = (/** @type {string} */ key) =>
    !onDemand.test(key) &&
    // Plural forms are asked for without their ending.
    (whole.has(key) || whole.has(key.replace(/\.(one|few|many|other)$/, '')) || begun.some((beginning) => key.startsWith(beginning)));
  const half = (/** @type {boolean} */ first) =>
    Object.fromEntries(Object.entries(table).filter(([key]) => isFirst(key) === first));

  return {
    first: {
      name: 'hand over',
      setup(build) {
        const main = join(root, first);
        build.onLoad({ filter: /\.js$/ }, ({ path }) => {
          if (path !== main) return undefined;
          const imports = shared.map((each, i) => `import * as m${i} from ${JSON.stringify(join(root, each))};\n`);
          const list = shared.map((each, i) => `${JSON.stringify(each)}: m${i}`);
          return {
            contents: `${imports.join('')}globalThis.cnnModules = {${list.join()}};\n${readModule(path)}`,
            resolveDir: dirname(path),
          };
        });
        build.onLoad({ filter: /en\.json$/ }, () => ({ contents: JSON.stringify(half(true)), loader: 'json' }));
      },
    },
    later: {
      name: 'take over',
      setup(build) {
        build.onResolve({ filter: /^[.@\w]/ }, async ({ path, resolveDir, kind, pluginData }) => {
          if (pluginData === 'asked' || path.includes(':')) return undefined;
          const found = await build.resolve(path, { resolveDir, kind, pluginData: 'asked' });
          const name = found.path.slice(root.length + 1);
          return shared.includes(name) ? { path: name, namespace: 'shared' } : undefined;
        });
        build.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => ({
          contents: `module.exports = cnnModules[${JSON.stringify(path)}];`,
        }));
        build.onLoad({ filter: /\.(css|json)$/ }, ({ path }) => {
          const name = path.slice(root.length + 1);
          if (styles.includes(name)) return { contents: '', loader: 'css' };
          if (name === texts) return { contents: JSON.stringify(half(false)), loader: 'json' };
          return undefined;
        });
      },
    },
  };
}
