// A host for tests: files from memory or a function, a clock moved by hand, workers made by the test.

/**
 * @param {object} [parts]
 * @param {(path: string) => Promise<Uint8Array> | Uint8Array} [parts.asset]
 * @param {(source: string) => Promise<any>} [parts.startWorker]
 * @param {string} [parts.hash]
 * @param {number} [parts.cores]
 * @param {boolean} [parts.simd]
 * @param {boolean} [parts.storageDenied]
 * @returns {import('./browser.js').Host & {tick: (milliseconds: number) => void, frame: () => void,
 *   downloads: {name: string, bytes: Uint8Array | string}[], copied: string[], go: (hash: string) => void,
 *   entries: string[], reconnect: () => void}}
 */
export function createMockHost({ asset, startWorker, hash = '', cores = 1, simd = true, storageDenied = false } = {}) {
  let time = 0;
  /** @type {Set<{at: number, every: number, run: () => void}>} */
  const timers = new Set();
  /** @type {(() => void)[]} */
  let frames = [];
  /** @type {Map<string, any>} */
  const kept = new Map();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {Set<() => void>} */
  const onlines = new Set();
  /** @type {{name: string, bytes: Uint8Array | string}[]} */
  const downloads = [];
  /** @type {string[]} */
  const copied = [];
  const entries = [hash];

  /** @param {number} at @param {number} every @param {() => void} run */
  const timer = (at, every, run) => {
    const entry = { at, every, run };
    timers.add(entry);
    return () => void timers.delete(entry);
  };

  return {
    async asset(path) {
      if (!asset) throw new Error(`${path} could not be loaded.`);
      return asset(path);
    },
    loadScript: async () => {},
    loadStyle: async () => {},
    startWorker: startWorker ?? (() => Promise.reject(new Error('The worker did not start.'))),
    cores: () => cores,
    hasSimd: () => simd,
    wasmModule: () => 'simd128',
    clock: {
      now: () => time,
      after: (milliseconds, run) => timer(time + milliseconds, 0, run),
      every: (milliseconds, run) => timer(time + milliseconds, milliseconds, run),
    },
    nextFrame: (run) => void frames.push(run),
    download: (name, bytes) => void downloads.push({name, bytes}),
    async copy(text) {
      copied.push(text);
      return true;
    },
    storage: {
      get: async (key) => kept.get(key),
      async set(key, value) {
        kept.set(key, value);
        return !storageDenied;
      },
      remove: async (key) => void kept.delete(key),
    },
    page: {
      address: () => `https://example.org/index.html${entries[entries.length - 1]}`,
      hash: () => entries[entries.length - 1],
      query: () => new URLSearchParams(),
      setHash(next, push) {
        if (push)
          entries.push(next);
        else
          entries[entries.length - 1] = next;
      },
      onHash(run) {
        listeners.add(run);
        return () => void listeners.delete(run);
      },
      languages: () => ['en'],
      online: () => true,
      onOnline: (run) => {
        onlines.add(run);
        return () => void onlines.delete(run);
      },
    },

    tick(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        time = Math.max(time, due.at);
        if (due.every)
          due.at += due.every;
        else
          timers.delete(due);
        due.run();
      }
      time = end;
    },
    frame() {
      const now = frames;
      frames = [];
      for (const run of now) run();
    },
    downloads,
    copied,
    entries,
    reconnect: () => onlines.forEach((run) => run()),
    go(next) {
      entries.push(next);
      for (const run of listeners) run();
    },
  };
}
