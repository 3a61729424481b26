// The engine in node: the modules are read from the build tree. Browsers and workers import engine.js and bring the bytes.

import { readFileSync } from 'node:fs';

import * as engine from './engine.js';

export { EngineError } from './engine.js';

/** @typedef {import('./engine.js').Engine} Engine */
/** @typedef {import('./engine.js').ModuleName} ModuleName */

/** @param {ModuleName} module */
const read = (module) => readFileSync(new URL(`../../build/wasm/engine-${module}.wasm`, import.meta.url));

/**
 * Without `module`, the fastest that this machine can run.
 * @param {{module?: ModuleName, bytes?: BufferSource}} [options]
 * @returns {Engine}
 */
export function loadEngine({ module, bytes } = {}) {
  if (bytes) return engine.loadEngine({ module, bytes });
  if (module) return engine.loadEngine({ module, bytes: read(module) });
  const relaxed = read('relaxed');
  return engine.loadEngine({ bytes: WebAssembly.validate(relaxed) ? relaxed : read('simd128') });
}
