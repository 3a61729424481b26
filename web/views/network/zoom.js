// How large the net is shown, and the point that stays where it is while that changes.

import { signal } from '@preact/signals-core';
import { kLeastZoom, kMostZoom } from './bar.js';
import { kMargin } from './layout.js';

/** @typedef {import('./layout.js').Layout} Layout */

export class Zoom {
  /** 1 is the whole net, as far as it can be read. */
  factor = signal(1);
  /** In the maps of a stage (0…1) and in the panel.
   * @type {{stage: number, x: number, y: number, left: number, top: number} | null} */
  #anchor = null;
  #pinched = 1;
  #frame = 0;

  /** @param {() => {scroller: Element | null, layout: Layout | null}} seen */
  constructor(seen) {
    this.seen = seen;
  }

  /** @param {number} factor @param {number} [x] @param {number} [y]  the point that stays, else the middle */
  to(factor, x, y) {
    const { scroller, layout } = this.seen();
    if (!scroller || !layout) return;
    const box = scroller.getBoundingClientRect();
    const [left, top] = [(x ?? box.left + box.width / 2) - box.left, (y ?? box.top + box.height / 2) - box.top];
    const [planeX, planeY] = [scroller.scrollLeft + left - kMargin, scroller.scrollTop + top - kMargin];
    const away = (/** @type {import('./layout.js').Column} */ { mapsX, mapsWidth }) =>
      Math.abs(mapsX + mapsWidth / 2 - planeX);
    const near = layout.columns.reduce((best, column) => (away(column) < away(best) ? column : best));
    this.#anchor = {
      stage: near.stage.index,
      x: (planeX - near.mapsX) / near.mapsWidth,
      y: (planeY - near.mapsY) / near.mapsHeight,
      left,
      top,
    };
    const whole = Math.abs(factor - 1) < 0.06;
    this.factor.value = whole ? 1 : Math.min(kMostZoom, Math.max(kLeastZoom, factor));
  }

  /** All movements of one frame are one change. @param {number} by @param {number} x @param {number} y */
  pinch = (by, x, y) => {
    this.#pinched *= by;
    this.stop();
    this.#frame = requestAnimationFrame(() => {
      this.to(this.factor.peek() * this.#pinched, x, y);
      this.#pinched = 1;
    });
  };

  /** The net stands in its new size: the point is brought back under the pointer. */
  settle() {
    const { scroller, layout } = this.seen();
    if (!this.#anchor || !scroller || !layout) return;
    const { stage, x, y, left, top } = this.#anchor;
    const { mapsX, mapsY, mapsWidth, mapsHeight } = layout.columns[stage] ?? layout.columns[0];
    scroller.scrollTo(kMargin + mapsX + x * mapsWidth - left, kMargin + mapsY + y * mapsHeight - top);
    this.#anchor = null;
  }

  stop() {
    cancelAnimationFrame(this.#frame);
  }
}
