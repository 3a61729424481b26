// A call from one thread to another through memory that both have, many times faster than a message: who is called waits
// in Atomics.wait, and the first moments without sleep, since waking takes longer than most waits. A bell counts how often it
// was rung. Who has waited in vain goes back to its messages and says so: then the caller sends one.

/** Waiting without sleep, ms. */
const kAwakeMs = 0.3;
/** Between looks at the clock. */
const kLooks = 200;

/** Numbers of a bell: how often it was rung; 0 when the listener listens, 1 when it looks at its messages. */
export const kBellNumbers = 2;

/**
 * Until the number changes. False: the thread of a page itself may not sleep.
 * @param {Int32Array} numbers @param {number} at @param {number} value  of now @param {number} ms  at most
 */
function sleep(numbers, at, value, ms) {
  try {
    Atomics.wait(numbers, at, value, ms);
    return true;
  } catch {
    return false;
  }
}

/** @param {Int32Array} numbers  shared @param {number} [at]  where the bell's begin */
export function createBell(numbers, at = 0) {
  const away = at + 1;
  const rung = (/** @type {number} */ times) => Atomics.load(numbers, at) >= times;
  return {
    /** Whether a message has to be sent, too: the listener is at its messages. */
    ring() {
      Atomics.add(numbers, at, 1);
      Atomics.notify(numbers, at);
      return Atomics.exchange(numbers, away, 0) === 1;
    },

    /** Waits until it has been rung so often, and whether it was. @param {number} times @param {number} ms  at most */
    listen(times, ms) {
      const begin = performance.now();
      for (let waited = 0; waited < ms; waited = performance.now() - begin) {
        for (let looks = 0; looks < kLooks; looks++) if (rung(times)) return true;
        if (waited > kAwakeMs && !sleep(numbers, at, times - 1, ms - waited)) break;
      }
      return rung(times);
    },

    /** To the messages. False: there is no need, it has been rung so often meanwhile. @param {number} times */
    leave(times) {
      Atomics.store(numbers, away, 1);
      // Who rings in between has seen this and sends a message.
      return !(rung(times) && Atomics.exchange(numbers, away, 0) === 1);
    },
  };
}
