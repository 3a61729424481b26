// The keyboard in the net: one of the columns is in the tab order, arrows go on from where the walk stands.

import { kZoomStep } from './bar.js';
import { walk } from './walk.js';

/** @typedef {import('./walk.js').Place} Place */

/**
 * @typedef {object} Net  what is walked
 * @property {() => import('./layout.js').Layout | null} layout
 * @property {(column: import('./layout.js').Column) => HTMLElement | undefined} mapsOf
 * @property {import('./zoom.js').Zoom} zoom
 * @property {(place: Place) => void} open
 * @property {() => void} clear          nothing is selected any longer
 * @property {(place: Place) => void} arrive  shows and says where the walk is
 * @property {() => void} leave
 */

export class Walker {
  /** @type {Place} */ place = { stage: 0 };
  #focusing = false;

  /** @param {Net} net */
  constructor(net) {
    this.net = net;
  }

  /** After the net has changed: the place must exist in it. */
  settle() {
    const { stage, channel = 0 } = this.place;
    const there = this.net.layout()?.columns[stage]?.grid;
    if (!there) this.place = { stage: 0 };
    else if (channel >= there.c) this.place = { stage };
    this.#setHome();
  }

  /** @param {Place} place */
  moveTo(place) {
    this.place = place;
    this.#setHome();
  }

  #setHome() {
    this.net.layout()?.columns.forEach((column, i) => {
      this.net.mapsOf(column)?.setAttribute('tabindex', i === this.place.stage ? '0' : '-1');
    });
  }

  /** @param {KeyboardEvent} event */
  onKey = (event) => {
    const { net } = this;
    const layout = net.layout();
    const target = /** @type {HTMLElement} */ (event.target);
    if (!layout || !target.matches('.column-maps') || event.ctrlKey || event.metaKey || event.altKey) return;
    const zoomed = { '+': kZoomStep, '=': kZoomStep, '-': 1 / kZoomStep }[event.key];
    if (zoomed || event.key === '0') {
      event.preventDefault();
      net.zoom.to(zoomed ? net.zoom.factor.peek() * zoomed : 1);
      return;
    }
    // Pictures of weights have no positions.
    const grids = layout.columns.map(({ grid, stage }) => (stage.picture?.order ? { ...grid, h: 1, w: 1 } : grid));
    const step = walk(grids, this.place, event.key);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const moved = step.place.stage !== this.place.stage;
    if (step.open) net.open(this.place);
    if (step.clear) net.clear();
    this.moveTo(step.place);
    if (moved) {
      this.#focusing = true;
      net.mapsOf(layout.columns[step.place.stage])?.focus();
      this.#focusing = false;
    }
    net.arrive(this.place);
  };

  /** @param {FocusEvent} event */
  onFocus = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (this.#focusing || !target.matches('.column-maps')) return;
    const stage = Number(target.dataset.stage);
    this.moveTo(this.place.stage === stage ? this.place : { stage });
    if (target.matches(':focus-visible')) this.net.arrive(this.place);
  };

  onBlur = () => {
    if (!this.#focusing) this.net.leave();
  };
}
