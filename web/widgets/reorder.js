// Items of a list are put into another order by dragging their handles, with mouse, pen or finger. While one is dragged
// a line shows where it would go; the list itself changes only through `move`.

/**
 * @param {HTMLElement} handle
 * @param {HTMLElement} item  of the list, a child of it
 * @param {PointerEvent} event  the pointerdown on the handle
 * @param {(to: number) => void} move  called with the item's new place among its siblings, when it is another
 */
export function dragItem(handle, item, event, move) {
  const list = /** @type {HTMLElement} */ (item.parentElement);
  const items = /** @type {HTMLElement[]} */ ([...list.children]);
  const from = items.indexOf(item);
  let to = from;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  item.classList.add('is-dragged');

  const mark = () => {
    items.forEach((each, i) => {
      each.classList.toggle('is-before', i === to && to < from);
      each.classList.toggle('is-after', i === to && to > from);
    });
  };
  const follow = (/** @type {PointerEvent} */ { clientY }) => {
    // The place of the last item whose middle is passed.
    const above = items.filter((each) => {
      const { top, height } = each.getBoundingClientRect();
      return each !== item && top + height / 2 < clientY;
    });
    to = above.length;
    mark();
  };
  const end = (/** @type {PointerEvent} */ { type }) => {
    stop.abort();
    item.classList.remove('is-dragged');
    for (const each of items) each.classList.remove('is-before', 'is-after');
    if (type === 'pointerup' && to !== from) move(to);
  };
  const stop = new AbortController();
  handle.addEventListener('pointermove', follow, { signal: stop.signal });
  handle.addEventListener('pointerup', end, { signal: stop.signal });
  handle.addEventListener('pointercancel', end, { signal: stop.signal });
}
