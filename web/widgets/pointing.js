// One meaning of "look at this" for mouse, pen and finger: hovering, or resting a finger (scrolling stays possible).

const kLongPress = 350;
const kSlop = 8;

/**
 * @param {HTMLElement} element
 * @param {{look: (x: number, y: number) => void, leave: () => void}} handlers
 * @returns {() => void} stops listening
 */
export function watchPointer(element, { look, leave }) {
  /** @type {number} */
  let timer = 0;
  let held = false;
  let [startX, startY] = [0, 0];
  const stop = new AbortController();
  const { signal } = stop;
  const end = () => {
    clearTimeout(timer);
    leave();
  };
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'touch') return;
      held = false;
      [startX, startY] = [event.clientX, event.clientY];
      clearTimeout(timer);
      timer = setTimeout(() => {
        held = true;
        look(startX, startY);
      }, kLongPress);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerType !== 'touch' || held) look(event.clientX, event.clientY);
      else if (Math.hypot(event.clientX - startX, event.clientY - startY) > kSlop) clearTimeout(timer);
    },
    { signal },
  );
  element.addEventListener('pointerleave', end, { signal });
  element.addEventListener('pointercancel', end, { signal });
  element.addEventListener('touchmove', (event) => held && event.preventDefault(), { signal, passive: false });
  element.addEventListener('contextmenu', (event) => held && event.preventDefault(), { signal });
  // The tap that ends a long press is not a click.
  element.addEventListener(
    'click',
    (event) => {
      if (!held) return;
      held = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { signal, capture: true },
  );
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}
