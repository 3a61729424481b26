// Text and bytes in a form that fits into an address.

/** A definition is a few kilobytes; a link made to burst memory does not get further than this. */
const kMaxText = 1024 * 1024;

/** @param {Uint8Array} bytes */
export function toBase64url(bytes) {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {string} text */
export async function deflateText(text) {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return toBase64url(new Uint8Array(await new Response(packed).arrayBuffer()));
}

/** @param {string} text */
export async function inflateText(text) {
  const packed = new Blob([fromBase64url(text)]).stream();
  const reader = packed
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let whole = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return whole;
    whole += value;
    if (whole.length > kMaxText) throw new Error('The text of the link is too long.');
  }
}
