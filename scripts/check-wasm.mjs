// Checks a linked module: no imports, and exactly the exports that are wanted.
// usage: node check-wasm.mjs <module.wasm> <name> <header that declares the exports | export,export,…>
import { readFileSync } from 'node:fs';
import { wasmImportsAndExports } from './lib/wasm-sections.mjs';

const [modulePath, name, wanted] = process.argv.slice(2);
const { imports, exports } = wasmImportsAndExports(readFileSync(modulePath));

/** @param {string} header functions of the C interface, without comments and preprocessor lines */
function declaredIn(header) {
  const code = header.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/^\s*#.*$/gm, '');
  return [...code.matchAll(/\b(cnn_[a-z0-9_]+)\s*\(/g)].map((match) => match[1]);
}
const declared = wanted.endsWith('.h') ? declaredIn(readFileSync(wanted, 'utf8')) : wanted.split(',');
const expected = new Set([...declared, 'memory', '_initialize']);

const faults = [
  ...imports.map((item) => `imports ${item}`),
  ...exports.filter((item) => !expected.has(item)).map((item) => `exports ${item}, which nobody declares`),
  ...[...expected].filter((item) => !exports.includes(item)).map((item) => `lacks the export ${item}`),
];
if (declared.length === 0) faults.push('is to export nothing');
for (const fault of faults) console.error(`${name}.wasm ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
