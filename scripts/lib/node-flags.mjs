// Until V8 11.4 (Node 21) relaxed SIMD hid behind a flag that later versions do not know.
export const relaxedSimdFlags =
  Number(process.versions.node.split('.')[0]) < 21 ? ['--experimental-wasm-relaxed-simd'] : [];
