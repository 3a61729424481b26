// A question to the engine about what is on the screen: one is under way, another one waits for it, and while the net
// trains they take little of its time.

const kTrainingEvery = 300;

/**
 * @template A
 * @param {object} parts
 * @param {() => Promise<A>} parts.ask
 * @param {(answer: A) => void} parts.take
 * @param {() => boolean} parts.training
 * @param {number} [parts.every]  how often at most while the net trains, in ms
 */
export function createQuestion({ ask, take, training, every = kTrainingEvery }) {
  let wanted = false;
  let busy = false;
  let askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const next = async () => {
    clearTimeout(timer);
    if (busy || !wanted) return;
    const wait = training() ? askedAt + every - performance.now() : 0;
    if (wait > 0) {
      timer = setTimeout(next, wait);
      return;
    }
    wanted = false;
    busy = true;
    askedAt = performance.now();
    try {
      take(await ask());
    } catch {
      // The net has changed under way, or the worker is being restarted: the next prediction asks again.
    }
    busy = false;
    next();
  };

  return {
    want() {
      wanted = true;
      // Several reasons at once are one question.
      queueMicrotask(next);
    },
    forget() {
      wanted = false;
      clearTimeout(timer);
    },
  };
}
