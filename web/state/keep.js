// What was learnt outlives the page where the browser allows it: kept at each pause, offered at the next visit.

const kKey = 'learnt';

/**
 * @param {import('./actions.js').Context} context
 * @param {ReturnType<typeof import('./net-actions.js').createNetActions>} nets
 */
export function createKeep({ store, host, say }, nets) {
  let denialTold = false;

  return {
    /** @param {{model: Uint8Array, trainer: Uint8Array | null, step: number}} checkpoint */
    async save(checkpoint) {
      const kept = await host.storage.set(kKey, {
        ...checkpoint,
        net: store.net.value,
        definition: store.definition.value,
        data: store.data.value,
        history: store.history.copy(),
        report: store.report.value,
      });
      if (kept || denialTold || store.notice.value) return;
      denialTold = true;
      say({ key: 'notice.storageDenied', tone: 'info' });
    },

    /** At the opening, when the same net is open again. */
    async offer() {
      const kept = await host.storage.get(kKey);
      const same =
        kept?.model instanceof Uint8Array &&
        kept.net === store.net.value &&
        kept.data === store.data.value &&
        JSON.stringify(kept.definition) === JSON.stringify(store.definition.value);
      if (!same || store.notice.value || store.weightsOrigin.value === 'learnt') return;
      say({
        key: 'notice.storageKept',
        params: { step: kept.step },
        tone: 'info',
        action: { key: 'notice.bringBack', run: () => nets.bringBack(kept) },
      });
    },
  };
}
