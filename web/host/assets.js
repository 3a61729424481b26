// Files of the site. Where fetch() is refused (sandboxed frames, file:), each file is also there as a classic script
// that
// calls cnnAsset(path, base64).

/** Where the site stands: beside the script that runs. */
const base =
  typeof document === 'object' && /** @type {HTMLScriptElement | null} */ (document.currentScript)?.src
    ? new URL('.', /** @type {HTMLScriptElement} */ (document.currentScript).src).href
    : '';

export function createAssets() {
  /** @type {Map<string, Promise<void>>} */
  const scripts = new Map();
  /** Bytes that scripts brought and nobody has taken yet. @type {Map<string, Uint8Array>} */
  const brought = new Map();

  const canFetch = () => location.protocol.startsWith('http') && self.origin !== 'null';
  const address = (/** @type {string} */ path) => new URL(path, base || document.baseURI).href;

  /** @param {string} path @returns {Promise<void>} */
  const appendScript = (path) =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = address(path);
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(`${path} could not be loaded.`));
      document.head.append(script);
      script.addEventListener('load', () => script.remove());
    });

  /** @param {string} path @returns {Promise<void>} */
  const appendStyle = (path) => new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = address(path);
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`${path} could not be loaded.`));
    document.head.append(link);
  });

  /** @param {string} path */
  const fromScript = async (path) => {
    /** @type {any} */ (globalThis).cnnAsset = (/** @type {string} */ name, /** @type {string} */ text) =>
      brought.set(name, decodeBase64(text));
    await appendScript(`${path}.js`);
    const bytes = brought.get(path);
    brought.delete(path);
    if (!bytes) throw new Error(`${path} could not be loaded.`);
    return bytes;
  };

  return {
    /** @param {string} path @returns {Promise<Uint8Array>} */
    async asset(path) {
      if (!canFetch()) return fromScript(path);
      let response;
      try {
        response = await fetch(address(path));
      } catch {
        return fromScript(path);
      }
      if (!response.ok) throw new Error(`${path} could not be loaded (${response.status}).`);
      return new Uint8Array(await response.arrayBuffer());
    },
    loadStyle: appendStyle,
    /** @param {string} path */
    loadScript(path) {
      let loading = scripts.get(path);
      if (!loading) {
        loading = appendScript(path);
        scripts.set(path, loading);
        loading.catch(() => scripts.delete(path));
      }
      return loading;
    },
  };
}

/** @param {string} text */
function decodeBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
