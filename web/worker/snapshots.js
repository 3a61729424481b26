// The weights of earlier steps, so that training can be looked back on: dense at the beginning, where a net changes
// fastest, and thinned as training goes on. Number and bytes are bounded, however long it lasts.

/** @typedef {{step: number, bytes: Uint8Array}} Snapshot  a model file */

/** Steps are this much apart as a share of the step itself, before anything is thinned. */
const kSpacing = 1 / 8;

/** @param {{most?: number, mostBytes?: number}} [limits] */
export function createSnapshots({ most = 64, mostBytes = 48e6 } = {}) {
  /** Ascending by step. @type {Snapshot[]} */
  let kept = [];

  const bytes = () => kept.reduce((sum, each) => sum + each.bytes.byteLength, 0);

  /** The one whose neighbours are nearest to each other, as the logarithm sees it; first and last stay. */
  const dropOne = () => {
    let victim = 1;
    let least = Infinity;
    for (let i = 1; i < kept.length - 1; i++) {
      const gap = (kept[i + 1].step + 8) / (kept[i - 1].step + 8);
      if (gap < least) [least, victim] = [gap, i];
    }
    kept.splice(victim, 1);
  };

  return {
    get bytes() {
      return bytes();
    },
    get steps() {
      return kept.map(({ step }) => step);
    },
    /** Whether the weights after this step are worth keeping. @param {number} step */
    due(step) {
      const last = kept.at(-1)?.step;
      return last === undefined || step >= last + Math.max(1, Math.floor(step * kSpacing));
    },
    /** @param {number} step  later than all before @param {Uint8Array} file */
    keep(step, file) {
      kept.push({ step, bytes: file });
      while (kept.length > most || (kept.length > 2 && bytes() > mostBytes)) dropOne();
    },
    /** The last one that is not later than `step`, else the first. @param {number} step */
    at(step) {
      return kept.filter((each) => each.step <= step).at(-1) ?? kept[0] ?? null;
    },
    /** Forgets what is later. @param {number} step */
    cut(step) {
      kept = kept.filter((each) => each.step <= step);
    },
  };
}
