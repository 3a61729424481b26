// Every binary of the site exists a second time as a classic script: in a sandboxed frame (opaque origin) fetch is
// blocked by CORS, <script src> is not. The page defines cnnAsset before it loads one.

/**
 * @param {string} path from the site's root, with /
 * @param {Uint8Array} bytes
 */
export function assetScript(path, bytes) {
  return `cnnAsset(${JSON.stringify(path)},"${Buffer.from(bytes).toString('base64')}")\n`;
}
