// Zooming and panning with wheel, two fingers, and the dragged background. One finger scrolls as everywhere.

/**
 * @param {HTMLElement} scroller
 * @param {(factor: number, x: number, y: number) => void} zoom  around a point of the window
 * @returns {() => void} stops listening
 */
export function watchGestures(scroller, zoom) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  /** @type {{x: number, y: number, left: number, top: number} | null} */
  let drag = null;

  scroller.addEventListener(
    'wheel',
    (event) => {
      // A pinch on a touchpad arrives as a wheel with Ctrl.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.005)), event.clientX, event.clientY);
    },
    { signal, passive: false },
  );

  scroller.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType === 'touch') fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      else if (event.button === 0 && !(/** @type {Element} */ (event.target).closest('button, .column-maps'))) {
        drag = { x: event.clientX, y: event.clientY, left: scroller.scrollLeft, top: scroller.scrollTop };
        scroller.setPointerCapture(event.pointerId);
      }
    },
    { signal },
  );
  scroller.addEventListener(
    'pointermove',
    (event) => {
      if (drag) {
        scroller.scrollTo(drag.left - event.clientX + drag.x, drag.top - event.clientY + drag.y);
        return;
      }
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (!other) return;
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (was > 0) zoom(is / was, (event.clientX + other.x) / 2, (event.clientY + other.y) / 2);
    },
    { signal },
  );
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    scroller.addEventListener(
      end,
      (event) => {
        fingers.delete(event.pointerId);
        drag = null;
      },
      { signal },
    );
  }
  return () => stop.abort();
}
