// A thing that opens grows out of the place where it stood: who had it says where it was, who shows it lets it move.

const kDuration = 260;
/** Afterwards nobody remembers where it was. */
const kForgetMs = 1000;

/** @type {{name: string, box: DOMRect, at: number} | null} */
let departed = null;

/** @param {string} name @param {DOMRect} box  in the window */
export function depart(name, box) {
  departed = { name, box, at: performance.now() };
}

/** Moves the element from where the thing was, if it has just departed. @param {string} name @param {HTMLElement} element */
export function arrive(name, element) {
  const from = departed;
  if (!from || from.name !== name || performance.now() - from.at > kForgetMs) return;
  departed = null;
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const to = element.getBoundingClientRect();
  if (!to.width || !from.box.width) return;
  const [x, y] = [from.box.left - to.left, from.box.top - to.top];
  const transform = `translate(${x}px, ${y}px) scale(${from.box.width / to.width}, ${from.box.height / to.height})`;
  element.animate([{ transform, transformOrigin: '0 0' }, { transform: 'none', transformOrigin: '0 0' }], {
    duration: kDuration,
    easing: 'cubic-bezier(0.2, 0, 0, 1)',
  });
}
