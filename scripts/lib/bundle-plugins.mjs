// What web/ may import besides files:
//   worker:./path.js         the source text of a classic worker, bundled on its own
//   virtual:architectures    names of assets/architectures without .json: ["lenet5", …]
//   virtual:weights          names of assets/weights without .cnn: ["lenet5-mnist", …]
// bundle-modules.d.ts declares them to the type checker.

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './process.mjs';
import { filesBelow } from './stamp.mjs';

/** @param {string} folder @param {string} extension */
export function assetFiles(folder, extension) {
  return filesBelow(`assets/${folder}`).filter((path) => path.endsWith(extension));
}

/** @param {string} folder  below assets */
function readDefinitions(folder) {
  const paths = assetFiles(folder, '.json').filter((path) => dirname(path) === join(root, 'assets', folder));
  return Object.fromEntries(paths.map((path) => [basename(path, '.json'), JSON.parse(readFileSync(path, 'utf8'))]));
}

/** `trainable`: nets for small pictures, which the page can train; `fullSize`: nets whose layers and costs it can tell. */
export const readArchitectures = () => ({
  trainable: readDefinitions('architectures'),
  fullSize: readDefinitions('architectures/full'),
});

export const architectureNames = () => Object.keys(readDefinitions('architectures'));

export function weightNames() {
  return assetFiles('weights', '.cnn').map((path) => basename(path, '.cnn'));
}

/** @type {import('esbuild').Plugin} */
const virtualModules = {
  name: 'virtual',
  setup(build) {
    /** @type {Record<string, () => unknown>} */
    const contents = { 'virtual:architectures': architectureNames, 'virtual:weights': weightNames };
    build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }));
    build.onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path }) =>
      path in contents
        ? { contents: JSON.stringify(contents[path]()), loader: 'json' }
        : { errors: [{ text: `There is no ${path}` }] },
    );
  },
};

/** @type {import('esbuild').Plugin} */
const workers = {
  name: 'worker',
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice('worker:'.length)),
      namespace: 'worker',
    }));
    build.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path }) => {
      const result = await build.esbuild.build({
        ...bundleOptions,
        entryPoints: [path],
        write: false,
        sourcemap: false,
        legalComments: 'none',
      });
      return { contents: result.outputFiles[0].text, loader: 'text', resolveDir: dirname(path) };
    });
  },
};

/** A module without its indentation, which templates would carry into the bundle. @param {string} path */
export const readModule = (path) => readFileSync(path, 'utf8').replace(/\n[ \t]+/g, '\n');

/** @type {import('esbuild').Plugin} */
const indentation = {
  name: 'indentation',
  setup(build) {
    const own = join(root, 'web/');
    build.onLoad({ filter: /\.js$/ }, ({ path, namespace }) =>
      namespace === 'file' && path.startsWith(own) ? { contents: readModule(path), resolveDir: dirname(path) } : undefined,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'iife', // classic scripts: they also run from file: and in sandboxed frames
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  sourcemap: 'linked',
  legalComments: 'linked', // licences of what is bundled, in <name>.js.LEGAL.txt
  loader: { '.svg': 'text' },
  // The bindings also run under node; their node half is never reached in a browser.
  external: ['node:*'],
  plugins: [virtualModules, workers, indentation],
  logLevel: 'silent',
};
