import { architectureNames, weightNames } from '../../../scripts/lib/bundle-plugins.mjs';

/** @type {Record<string, () => unknown>} */
const contents = { 'virtual:architectures': architectureNames, 'virtual:weights': weightNames };

/** @param {string} specifier @param {any} context @param {any} next */
export function resolve(specifier, context, next) {
  return specifier in contents ? { url: specifier, shortCircuit: true } : next(specifier, context);
}

/** @param {string} url @param {any} context @param {any} next */
export function load(url, context, next) {
  if (!(url in contents)) return next(url, context);
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(contents[url]())};` };
}
