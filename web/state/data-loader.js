// Brings the chunks of a data set to the worker: the first of each part soon, the others when somebody needs them.

/**
 * @param {object} parts
 * @param {import('../worker/client.js').Client} parts.client
 * @param {import('../host/browser.js').Host} parts.host
 * @param {import('./store.js').Store} parts.store
 */
export function createDataLoader({ client, host, store }) {
  /** Rises with each data set and each restart of the worker: what belongs to an older one stops. */
  let generation = 0;
  /** @type {{train: number, test: number}} chunks already handed over */
  let next = { train: 0, test: 0 };
  /** @type {{train: Promise<void>, test: Promise<void>}} */
  let queue = { train: Promise.resolve(), test: Promise.resolve() };
  /** @type {Promise<void> | null} */
  let opened = null;

  const open = () => {
    const mine = ++generation;
    const id = store.data.value;
    next = { train: 0, test: 0 };
    queue = { train: Promise.resolve(), test: Promise.resolve() };
    store.datasetProgress.value = { train: { loaded: 0, total: 0 }, test: { loaded: 0, total: 0 } };
    opened = (async () => {
      const bytes = await host.asset(`data/${id}/manifest.json`);
      if (mine !== generation) return;
      const manifest = JSON.parse(new TextDecoder().decode(bytes));
      store.manifest.value = manifest;
      store.datasetProgress.value = {
        train: { loaded: 0, total: manifest.train_total },
        test: { loaded: 0, total: manifest.test_total },
      };
      const { shape, classes, train_total, test_total } = manifest;
      await client.openDataset({ dataset: { id, shape, classes, train_total, test_total } });
    })();
    // What failed may be tried again.
    opened.catch(() => mine === generation && (opened = null));
    return opened;
  };

  /** The set of now is known to the worker, even if no picture has arrived. */
  const ready = async () => {
    for (;;) {
      const mine = opened ?? open();
      await mine;
      if (mine === opened) return;
    }
  };

  /**
   * @param {'train' | 'test'} part
   * @param {number} chunks  that must have arrived when the promise resolves
   */
  const load = async (part, chunks = Infinity) => {
    await ready();
    const mine = generation;
    queue[part] = queue[part]
      .catch(() => {})
      .then(async () => {
        const files = store.manifest.value[part];
        while (mine === generation && next[part] < Math.min(chunks, files.length)) {
          const { file } = files[next[part]];
          const id = store.manifest.value.id;
          const bytes = await host.asset(`data/${id}/${file}`);
          if (mine !== generation) return;
          const { count } = await client.appendChunk({ id, part, bytes });
          if (mine !== generation) return;
          next[part]++;
          const progress = store.datasetProgress.value;
          store.datasetProgress.value = { ...progress, [part]: { ...progress[part], loaded: count } };
        }
      });
    return queue[part];
  };

  return {
    open,
    ready,
    load,
    /** One more chunk. @param {'train' | 'test'} part @returns {Promise<boolean>} whether there was one */
    async more(part) {
      await ready();
      const before = next[part];
      await load(part, before + 1);
      return next[part] > before;
    },
    /** The worker has forgotten everything. */
    forget() {
      generation++;
      opened = null;
    },
  };
}
