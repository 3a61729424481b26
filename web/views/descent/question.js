// Questions to the engine about what is on the screen: the newest counts, one is under way, and while the net trains they
// take little of its time.

const kTrainingEvery = 300;

/**
 * @template Q, A
 * @param {object} parts
 * @param {(question: Q) => Promise<A>} parts.ask
 * @param {(question: Q, answer: A) => void} parts.take
 * @param {() => boolean} parts.training
 */
export function createQuestion({ ask, take, training }) {
  /** @type {Q | null} */
  let wanted = null;
  let busy = false;
  let askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const next = async () => {
    clearTimeout(timer);
    if (busy || wanted === null) return;
    const wait = training() ? askedAt + kTrainingEvery - performance.now() : 0;
    if (wait > 0) {
      timer = setTimeout(next, wait);
      return;
    }
    const question = wanted;
    wanted = null;
    busy = true;
    askedAt = performance.now();
    try {
      const answer = await ask(question);
      // Who asked again wants no old answer, unless a pen or a pointer asks without pause.
      take(question, answer);
    } catch {
      // The net has changed under way, or the worker is being restarted: the next prediction asks again.
    }
    busy = false;
    next();
  };

  return {
    /** @param {Q} question */
    want(question) {
      wanted = question;
      next();
    },
    forget() {
      wanted = null;
      clearTimeout(timer);
    },
  };
}
