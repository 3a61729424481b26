// Reads the names in a WebAssembly binary's import and export sections. By hand, because node can list them only for
// modules that it can compile, and Node 20 compiles relaxed SIMD only with a flag.

/**
 * @param {Uint8Array} bytes
 * @returns {{imports: string[], exports: string[]}}
 */
export function wasmImportsAndExports(bytes) {
  let at = 8; // magic and version
  const leb = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const name = () => {
    const length = leb();
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  const limits = () => {
    const flags = bytes[at++];
    leb();
    if (flags & 1) leb();
  };
  const skipImportType = [
    leb, // function: type index
    () => (at++, limits()), // table: element type, limits
    limits, // memory
    () => (at += 2), // global: type, mutability
    () => (at++, leb()), // tag: attribute, type index
  ];

  /** @type {string[]} */
  const imports = [];
  /** @type {string[]} */
  const exports = [];
  while (at < bytes.length) {
    const section = bytes[at++];
    const size = leb();
    const end = at + size;
    if (section === 2) {
      for (let count = leb(); count > 0; count--) {
        imports.push(`${name()}.${name()}`);
        skipImportType[bytes[at++]]();
      }
    } else if (section === 7) {
      for (let count = leb(); count > 0; count--) {
        exports.push(name());
        at++; // kind
        leb(); // index
      }
    }
    at = end;
  }
  return { imports, exports };
}
