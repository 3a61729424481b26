// Looking back: another state of the net in the place of the one of now, as kept by the worker while it trained.
// Training goes on meanwhile; everything that shows the net shows it as it was.

/** How many test pictures are run through earlier weights, and after how much quiet of the slider, in ms. */
const kSample = 1000;
const kQuietMs = 200;

/** @param {import('./actions.js').Context} context */
export function createPast({ store, host, client, classifyAgain, complain }) {
  /** @type {number | null | undefined} undefined: nothing is wanted */
  let wanted;
  let busy = false;
  let cancel = () => {};
  /** What the test of now said, for the way back. @type {import('./store.js').EvaluationReport | null} */
  let testOfNow = null;

  const go = async () => {
    if (busy) return;
    busy = true;
    try {
      while (wanted !== undefined) {
        const step = wanted;
        wanted = undefined;
        const visited = await client.visit({ step });
        if (store.past.value === null) testOfNow = store.evaluation.value?.done ? store.evaluation.value : null;
        store.past.value = visited.step;
        if (visited.step === null) store.evaluation.value = testOfNow;
        classifyAgain();
      }
    } catch (error) {
      complain(error, 'notice.pastFailed');
    }
    busy = false;
    cancel();
    if (store.past.value !== null) cancel = host.clock.after(kQuietMs, test);
  };

  const test = async () => {
    const step = store.past.value;
    if (step === null || !store.datasetProgress.value.test.loaded) return;
    try {
      const report = await client.evaluate({ limit: kSample });
      if (store.past.value === step) store.evaluation.value = report;
    } catch (error) {
      complain(error, 'notice.evaluateFailed');
    }
  };

  return {
    /** @param {number | null} step  null: back to now */
    visit(step) {
      wanted = step;
      return go();
    },
  };
}
