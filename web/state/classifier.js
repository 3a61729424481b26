// Keeps the answer in step with the pen: asked at once, but at most once a frame, with one request under way and the
// newest
// input next.

/**
 * @param {object} parts
 * @param {(input: any) => Promise<any>} parts.classify
 * @param {(run: () => void) => void} parts.nextFrame
 * @param {(prediction: any) => void} parts.onAnswer
 * @param {(error: any) => void} parts.onError
 */
export function createClassifier({ classify, nextFrame, onAnswer, onError }) {
  /** @type {any} */
  let wanted = null;
  let busy = false;
  let askedThisFrame = false;

  const ask = async () => {
    if (busy || askedThisFrame || !wanted) return;
    const input = wanted;
    wanted = null;
    busy = askedThisFrame = true;
    nextFrame(() => {
      askedThisFrame = false;
      ask();
    });
    try {
      onAnswer(await classify(input));
    } catch (error) {
      onError(error);
    }
    busy = false;
    ask();
  };

  return {
    /** @param {any} input */
    want(input) {
      wanted = input;
      ask();
    },
    forget() {
      wanted = null;
    },
  };
}
