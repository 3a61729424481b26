// Training only while somebody can see it: it pauses when the frame scrolls out of sight, its tab is hidden or its
// slide is over, and goes on when it comes back – if it was running.

/**
 * @param {object} parts
 * @param {() => boolean} parts.running
 * @param {() => void} parts.pause
 * @param {() => void} parts.resume
 */
export function createPresence({ running, pause, resume }) {
  const absent = new Set();
  let resumes = false;
  return {
    /** @param {string} reason @param {boolean} present */
    report(reason, present) {
      const before = absent.size;
      if (present) absent.delete(reason);
      else absent.add(reason);
      if (before === 0 && absent.size > 0) {
        resumes = running();
        if (resumes) pause();
      } else if (before > 0 && absent.size === 0 && resumes) {
        resumes = false;
        if (!running()) resume();
      }
    },
    /** Training is wanted: now, or as soon as it can be seen. */
    start() {
      if (absent.size === 0) resume();
      else resumes = true;
    },
    /** Somebody decided otherwise meanwhile. */
    forget() {
      resumes = false;
    },
  };
}

/**
 * @param {Element} element
 * @param {(reason: string, present: boolean) => void} report
 */
export function watchSight(element, report) {
  new IntersectionObserver((entries) => report('scrolled', entries[entries.length - 1].isIntersecting)).observe(
    element,
  );
  const visibility = () => report('tab', document.visibilityState !== 'hidden');
  document.addEventListener('visibilitychange', visibility);
  visibility();
}
