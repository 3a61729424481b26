// The net as columns of live activation maps. Markup changes with the net and the size of the panel; predictions are
// painted straight into the canvases.

import { signal } from '@preact/signals-core';
import './network-view.css';
import { View, html, render, svg, untracked } from './view.js';
import { colourOf, css } from '../widgets/colour.js';
import { className } from '../i18n/index.js';
import { addressAbove, formatAddress, formatShape, formatValue, parseAddress } from '../widgets/format.js';
import { normaliser } from '../widgets/maps.js';
import { depart } from '../widgets/flight.js';
import { watchPointer } from '../widgets/pointing.js';
import { pictureOf } from '../widgets/quantity.js';
import { hideReadout, showReadout } from '../widgets/readout.js';
import { blocksOf, foldBlocks, stageOf, stagesOf } from '../widgets/stages.js';
import { cssValue, themeOf } from '../widgets/theme.js';
import { boxIn, columnEdges, mapFrames } from './network/edges.js';
import { lookAt, marksTemplate, windowOf } from './network/look.js';
import { columnTemplate } from './network/column.js';
import { barTemplate, kLeastZoom, kMostZoom, kZoomStep } from './network/bar.js';
import { watchGestures } from './network/gestures.js';
import { layoutOf } from './network/layout.js';
import { Painter } from './network/painter.js';
import { drawPicture } from './network/picture.js';
import { walk } from './network/walk.js';

/** @typedef {import('./network/layout.js').Column} Column */
/** @typedef {import('./network/layout.js').Layout} Layout */
/** @typedef {import('./network/walk.js').Place} Place */
/** @typedef {import('../worker/protocol.js').Prediction} Prediction */
/** @typedef {import('./network/look.js').Look} Look */
/** Around the net, in CSS pixels; network-view.css says the same. */
const kMargin = 10;
const kBar = 36;

export class NetworkView extends View {
  /** Size of the panel, in CSS pixels. */
  #size = signal({ width: 0, height: 0, dpr: 1 });
  /** Which step of a stage is shown, where it is not the last. */
  #steps = signal(/** @type {Record<string, string>} */ ({}));
  /** @type {Layout | null} */ #layout = null;
  #zoom = signal(1);
  /** Names of the folded blocks; null: as the panel has room. */
  #folds = signal(/** @type {ReadonlySet<string> | null} */ (null));
  /** The point that stays where it is while the zoom changes: in the maps of a stage (0…1) and in the panel.
   * @type {{stage: number, x: number, y: number, left: number, top: number} | null} */
  #anchor = null;
  #painter = new Painter();
  #net = '';
  /** @type {Look | null} */ #look = null;
  /** @type {Place} */ #place = { stage: 0 };
  #frame = 0;
  /** @type {ResizeObserver | undefined} */ #observer;
  /** @type {(() => void)[]} */ #stops = [];

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('network-view');
    this.watch(() => this.#paint(this.app.store.prediction.value));
    this.watch(() => {
      this.app.store.selection.value;
      untracked(() => {
        this.#ask();
        this.#drawLook();
      });
    });
    this.watch(() => {
      this.app.store.lit.value;
      untracked(() => this.#light());
    });
    this.watch(() => {
      this.app.store.boxes.value;
      untracked(() => this.#drawLook());
    });
    this.watch(() => {
      const address = this.app.store.pointed.value;
      untracked(() => this.#setLook(lookAt(this.#layout, address)));
    });
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this);
    this.#measure();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    for (const stop of this.#stops.splice(0)) stop();
    this.app.actions.watch(null);
    cancelAnimationFrame(this.#frame);
    hideReadout(this);
  }

  #measure() {
    const old = this.#size.peek();
    const size = {
      width: Math.max(0, this.clientWidth - 2 * kMargin),
      height: Math.max(0, this.clientHeight - 2 * kMargin - kBar),
      dpr: devicePixelRatio || 1,
    };
    if (size.width !== old.width || size.height !== old.height || size.dpr !== old.dpr) this.#size.value = size;
  }

  /**
   * The columns of the net, each with what is to be seen in it.
   * @param {any} summary @param {import('./network/layout.js').Space} space
   */
  #stages(summary, space) {
    const all = stagesOf(summary.layers);
    const blocks = blocksOf(all);
    const whole = () => blocks.length > 0 && !layoutOf(all, { ...space, zoom: 1 }).fits;
    const folded = this.#folds.value ?? new Set(whole() ? blocks : []);
    const steps = this.#steps.value;
    const stages = foldBlocks(all, folded);
    for (const stage of stages) stage.shown = stage.steps.find(({ name }) => name === steps[stage.id]) ?? stage.shown;
    const kind = this.app.store.quantity.value;
    for (const stage of stages) stage.picture = pictureOf(stage, stages, kind);
    return { stages, blocks, folded };
  }

  render() {
    const { store, t } = this.app;
    const summary = store.info.value?.summary ?? null;
    const size = this.#size.value;
    if (!summary || size.width === 0) {
      this.#layout = null;
      return html`<div id="network" class="network-empty"></div>`;
    }
    const names = this.#classNames();
    const headLabel = names.some((name) => name.length > 2) ? 66 : 26;
    const space = { ...size, headLabel, zoom: this.#zoom.value };
    const { stages, blocks, folded } = this.#stages(summary, space);
    const layout = (this.#layout = layoutOf(stages, space));
    const fold = (/** @type {string[]} */ names) => (this.#folds.value = new Set(names));
    return html`
      ${barTemplate({
        t,
        quantity: store.quantity.value,
        show: (kind) => this.app.actions.showQuantity(kind),
        zoom: this.#zoom.value,
        zoomTo: (zoom) => this.#zoomTo(zoom),
        folding: blocks.length === 0 ? null : folded.size < blocks.length ? 'fold' : 'unfold',
        fold: () => fold(folded.size < blocks.length ? blocks : []),
        slow: store.slow.value,
        setSlow: (on) => (store.slow.value = on),
      })}
      <div
        id="network"
        class="network ${layout.header < 40 ? 'is-dense' : ''}"
        role="group"
        aria-label=${t('network.label', { name: summary.name, count: layout.columns.length })}
        aria-describedby="network-keys"
        @keydown=${this.#onKey}
        @focusin=${this.#onFocus}
        @focusout=${this.#onBlur}
        @scroll=${this.#onScroll}
      >
        <div class="network-plane" style="width:${layout.width}px;height:${layout.height}px">
          <svg class="network-lines" width=${layout.width} height=${layout.height} aria-hidden="true">
            ${columnEdges(layout).map((edge) => svg`<path class="network-edge" d=${edge.path}></path>`)}
            ${layout.columns.map((c) => svg`<path class="network-frame" d=${mapFrames(c, size.dpr)}></path>`)}
          </svg>
          ${layout.blocks.map(
            ({ id, x, width }) =>
              html`<button
                type="button"
                class="network-block"
                style="left:${x}px;width:${width}px"
                title=${t('network.foldOne', { name: id })}
                @click=${() => fold([...folded, id])}
              >
                ${id}
              </button>`,
          )}
          ${layout.columns.map((column) =>
            columnTemplate({
              column,
              layout,
              dpr: size.dpr,
              names,
              t,
              select: () => this.app.actions.select(column.stage.shown.name),
              show: (node) => (this.#steps.value = { ...this.#steps.value, [column.stage.id]: node }),
              unfold: () => fold([...folded].filter((name) => name !== column.stage.block)),
            }),
          )}
          <svg class="network-marks" width=${layout.width} height=${layout.height} aria-hidden="true"></svg>
        </div>
      </div>
      <p id="network-keys" class="visually-hidden">${t('network.keys')}</p>
      <p class="visually-hidden network-announcement" role="status"></p>
    `;
  }

  #classNames() {
    const { store, t } = this.app;
    return Array.from({ length: 10 }, (_, i) => className(t, store.data.value, i));
  }

  updated() {
    const layout = this.#layout;
    if (!layout) return;
    const { dpr } = this.#size.peek();
    const scroller = /** @type {HTMLElement} */ (this.querySelector('#network'));
    if (!this.#stops.length) {
      this.#stops.push(
        watchPointer(this, { look: this.#onPointer, leave: this.#onLeave }),
        watchGestures(scroller, this.#onZoom),
      );
    }
    const net = this.app.store.info.peek();
    if (net !== this.#net) this.#painter.forget();
    this.#net = net;
    this.#painter.bind(layout, this.querySelectorAll('.network-column'), dpr);
    if (this.#anchor) {
      const { stage, x, y, left, top } = this.#anchor;
      const { mapsX, mapsY, mapsWidth, mapsHeight } = layout.columns[stage] ?? layout.columns[0];
      scroller.scrollTo(kMargin + mapsX + x * mapsWidth - left, kMargin + mapsY + y * mapsHeight - top);
      this.#anchor = null;
    }
    const there = layout.columns[this.#place.stage]?.grid;
    if (!there) this.#place = { stage: 0 };
    else if ((this.#place.channel ?? 0) >= there.c) this.#place = { stage: this.#place.stage };
    this.#look = null;
    this.#setHome();
    this.#onScroll();
    untracked(() => this.#paint(this.app.store.prediction.value));
    this.#drawLook();
    this.#light();
  }

  /** Roving tabindex: one of the columns is in the tab order. */
  #setHome() {
    this.#layout?.columns.forEach((column, i) => {
      this.#partsOf(column)?.maps.setAttribute('tabindex', i === this.#place.stage ? '0' : '-1');
    });
  }

  /** @param {Column} column */
  #partsOf(column) {
    return this.#painter.partsOf(column);
  }

  /** @param {Prediction | null} prediction */
  #paint(prediction) {
    const theme = themeOf(this.app.store);
    if (!prediction || !this.#layout) return;
    this.#painter.paint(this.#visible, prediction, theme, this.app.t);
    this.dataset.painted = String(prediction.class);
    if (this.#look) this.#showNumbers(this.#look);
  }

  /** Columns on the screen: only these are asked for and painted. @type {Column[]} */
  #visible = [];

  #onScroll = () => {
    const scroller = this.querySelector('#network');
    const layout = this.#layout;
    if (!scroller || !layout) return;
    const [left, right] = [scroller.scrollLeft - kMargin, scroller.scrollLeft + scroller.clientWidth];
    this.#visible = layout.columns.filter(({ x, width }) => x < right && x + width > left);
    untracked(() => this.#ask());
  };

  /** What the worker has to send: what is seen, and what is selected. */
  #ask() {
    const { quantity, selection, info } = this.app.store;
    /** @type {Map<string, import('../worker/protocol.js').TensorRef>} */
    const wanted = new Map();
    const want = (/** @type {import('../worker/protocol.js').TensorRef} */ { kind, address }) =>
      wanted.set(`${kind} ${address}`, { kind, address });
    for (const { stage } of this.#visible) want(/** @type {any} */ (stage.picture));
    const node = parseAddress(selection.value)?.node;
    const layer = info.value?.summary.layers.find((/** @type {any} */ { name }) => name === node);
    if (layer) {
      want({ kind: 'activation', address: layer.name });
      if (quantity.value.endsWith('gradient') && layer.role !== 'head') want({ kind: 'gradient', address: layer.name });
    }
    this.app.actions.watch([...wanted.values()]);
  }

  // ---- zooming

  /** @param {number} zoom @param {number} [x] @param {number} [y]  the point that stays, else the middle */
  #zoomTo(zoom, x, y) {
    const scroller = this.querySelector('#network');
    if (!scroller || !this.#layout) return;
    const box = scroller.getBoundingClientRect();
    const [left, top] = [(x ?? box.left + box.width / 2) - box.left, (y ?? box.top + box.height / 2) - box.top];
    const [planeX, planeY] = [scroller.scrollLeft + left - kMargin, scroller.scrollTop + top - kMargin];
    const away = (/** @type {Column} */ { mapsX, mapsWidth }) => Math.abs(mapsX + mapsWidth / 2 - planeX);
    const near = this.#layout.columns.reduce((best, column) => (away(column) < away(best) ? column : best));
    this.#anchor = {
      stage: near.stage.index,
      x: (planeX - near.mapsX) / near.mapsWidth,
      y: (planeY - near.mapsY) / near.mapsHeight,
      left,
      top,
    };
    const whole = Math.abs(zoom - 1) < 0.06;
    this.#zoom.value = whole ? 1 : Math.min(kMostZoom, Math.max(kLeastZoom, zoom));
  }

  #onZoom = (/** @type {number} */ factor, /** @type {number} */ x, /** @type {number} */ y) => {
    this.#pinch *= factor;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      this.#zoomTo(this.#zoom.peek() * this.#pinch, x, y);
      this.#pinch = 1;
    });
  };

  #pinch = 1;

  /** The view as PNG, the whole net even where the screen shows a part. @returns {Promise<Blob | null>} */
  async toPicture() {
    const layout = this.#layout;
    if (!layout) return null;
    const names = this.#classNames();
    const value = (/** @type {string} */ name) => cssValue(this, name);
    return drawPicture(
      layout,
      (column) => {
        const { map, legend, low, high } = /** @type {import('./network/painter.js').Parts} */ (this.#partsOf(column));
        const head = column.stage.nodes[0].role === 'head';
        return {
          canvas: map.canvas,
          legend,
          low: low.textContent ?? '',
          high: high.textContent ?? '',
          labels: column.labels
            ? Array.from({ length: column.grid.c }, (_, i) => (head ? names[i] : '') || String(i))
            : [],
        };
      },
      this.#size.peek().dpr,
      {
        paper: value('--panel'),
        ink: value('--ink'),
        muted: value('--muted'),
        line: value('--line'),
        strong: value('--line-strong'),
        font: getComputedStyle(this).fontFamily,
      },
    );
  }

  // ---- looking at a unit

  /** @param {number} x @param {number} y */
  #onPointer = (x, y) => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const place = this.#placeAt(x, y);
      this.#setLook(place && { place, by: 'pointer' });
    });
  };

  #onLeave = () => {
    cancelAnimationFrame(this.#frame);
    if (this.#look?.by === 'pointer') this.#setLook(null);
  };

  /** @param {number} x @param {number} y @returns {Place | null} */
  #placeAt(x, y) {
    const maps = document.elementFromPoint(x, y)?.closest?.('.column-maps');
    if (!maps || !this.contains(maps)) return null;
    const stage = Number(/** @type {HTMLElement} */ (maps).dataset.stage);
    const column = this.#layout?.columns[stage];
    const found = column && this.#partsOf(column)?.map.locate(x, y);
    if (!column || !found) return null;
    const vector = column.grid.h * column.grid.w === 1 || column.stage.picture?.order;
    return vector ? { stage, channel: found.channel } : { stage, ...found };
  }

  /** The column where a step in slow motion is. */
  #light() {
    const lit = this.app.store.lit.peek();
    for (const column of this.#layout?.columns ?? []) {
      const here = column.stage.nodes.some(({ name }) => name === lit);
      this.#partsOf(column)?.element.classList.toggle('is-lit', here);
    }
  }

  /** @param {Look | null} look */
  #setLook(look) {
    this.#look = look;
    this.#drawLook();
    if (look) this.#showNumbers(look);
    else hideReadout(this);
  }

  /** @param {Look} look */
  #showNumbers({ place }) {
    const column = this.#layout?.columns[place.stage];
    const unit = column && this.#describe(column, place);
    const marks = this.querySelector('.network-marks');
    if (!column || !unit || !marks || place.channel === undefined) return hideReadout(this);
    const { t } = this.app;
    const box = boxIn(column, this.#size.peek().dpr, place.channel, windowOf(place));
    if (!box) return hideReadout(this);
    const plane = marks.getBoundingClientRect();
    const zoom = plane.width / (this.#layout?.width || 1);
    const [left, top] = [plane.left + box.x * zoom, plane.top + box.y * zoom];
    showReadout(
      this,
      { left, top, right: left + box.width * zoom, bottom: top + box.height * zoom },
      {
        value: formatValue(t, unit.value),
        swatch: css(unit.colour),
        address: unit.address,
        details: [
          ...(unit.placed ? [] : [t('network.largest')]),
          `${column.stage.shown.name} · ${formatShape(column.stage.shown.shape)}`,
        ],
      },
    );
  }

  /**
   * Number and address of a place. Of a whole map: its largest value.
   * @param {Column} column @param {Place} place
   */
  #describe(column, place) {
    const map = this.#partsOf(column)?.map;
    const { h, w, c } = column.grid;
    if (!map?.values || place.channel === undefined) return null;
    const node = column.stage.shown.name;
    const placed = place.row !== undefined || h * w === 1;
    let value = -Infinity;
    if (placed) value = map.values[((place.row ?? 0) * w + (place.column ?? 0)) * c + place.channel];
    else for (let i = place.channel; i < map.values.length; i += c) value = Math.max(value, map.values[i]);
    const colour = colourOf(themeOf(this.app.store), map.scale, value * normaliser(...map.extent) || 0);
    return { value, colour, placed, address: formatAddress({ node, ...place, channel: place.channel }) };
  }

  /** Outlines and lines: of the selection, and of what is looked at. */
  #drawLook() {
    const marks = /** @type {SVGElement | null} */ (this.querySelector('.network-marks'));
    const layout = this.#layout;
    if (!marks || !layout) return;
    const { dpr } = this.#size.peek();
    const selected = parseAddress(this.app.store.selection.peek());
    const chosen =
      selected &&
      stageOf(
        layout.columns.map(({ stage }) => stage),
        selected.node,
      );
    const boxes = this.app.store.boxes.peek() ?? [];
    render(marksTemplate({ layout, dpr, selected, chosen, look: this.#look, boxes }), marks);
    for (const column of layout.columns) {
      const on = column.stage === chosen;
      const parts = this.#partsOf(column);
      parts?.maps.setAttribute('aria-pressed', on ? 'true' : 'false');
      parts?.element.classList.toggle('is-selected', on);
    }
  }

  // ---- choosing and walking

  /** @param {PointerEvent | MouseEvent} event */
  #onClick = (event) => {
    const place = this.#placeAt(event.clientX, event.clientY);
    const target = /** @type {HTMLElement} */ (event.target);
    // Assistive technology presses without pointing: that means the whole layer.
    if (!place && event.detail === 0 && target.matches('.column-maps')) {
      this.#select({ stage: Number(target.dataset.stage) });
    }
    // A tap beside everything leads one level up.
    if (target.matches('.network, .network-plane')) {
      this.app.actions.select(addressAbove(this.app.store.selection.peek()));
    }
    if (!place) return;
    this.#place = { stage: place.stage, channel: place.channel };
    this.#setHome();
    this.#select(this.#place);
  };

  constructor() {
    super();
    this.addEventListener('click', this.#onClick);
  }

  /** @param {Place} place */
  #select({ stage, channel, row, column }) {
    const shown = this.#layout?.columns[stage];
    if (!shown) return;
    const node = shown.stage.shown.name;
    const box = channel === undefined ? null : boxIn(shown, this.#size.peek().dpr, channel);
    const plane = this.querySelector('.network-plane')?.getBoundingClientRect();
    if (box && plane) {
      depart(formatAddress({ node, channel }), new DOMRect(plane.x + box.x, plane.y + box.y, box.width, box.height));
    }
    this.app.actions.select(formatAddress({ node, channel, row, column }));
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const layout = this.#layout;
    const target = /** @type {HTMLElement} */ (event.target);
    if (!layout || !target.matches('.column-maps') || event.ctrlKey || event.metaKey || event.altKey) return;
    const zoomed = { '+': kZoomStep, '=': kZoomStep, '-': 1 / kZoomStep }[event.key];
    if (zoomed || event.key === '0') {
      event.preventDefault();
      this.#zoomTo(zoomed ? this.#zoom.peek() * zoomed : 1);
      return;
    }
    // Pictures of weights have no positions.
    const grids = layout.columns.map(({ grid, stage }) => (stage.picture?.order ? { ...grid, h: 1, w: 1 } : grid));
    const step = walk(grids, this.#place, event.key);
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const moved = step.place.stage !== this.#place.stage;
    if (step.open) this.#select(this.#place);
    if (step.clear) this.app.actions.select(null);
    this.#place = step.place;
    this.#setHome();
    if (moved) {
      this.#focusing = true;
      this.#partsOf(layout.columns[step.place.stage])?.maps.focus();
      this.#focusing = false;
    }
    this.#showPlace();
  };

  #focusing = false;

  /** @param {FocusEvent} event */
  #onFocus = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (this.#focusing || !target.matches('.column-maps')) return;
    const stage = Number(target.dataset.stage);
    if (this.#place.stage !== stage) this.#place = { stage };
    this.#setHome();
    if (target.matches(':focus-visible')) this.#showPlace();
  };

  #onBlur = () => {
    if (!this.#focusing && this.#look?.by === 'keyboard') this.#setLook(null);
  };

  /** Shows and says where the keyboard is. */
  #showPlace() {
    const column = this.#layout?.columns[this.#place.stage];
    const say = this.querySelector('.network-announcement');
    if (!column || !say) return;
    const { t } = this.app;
    const place = this.#place;
    this.#setLook(place.channel === undefined ? null : { place, by: 'keyboard' });
    const unit = this.#describe(column, place);
    const range = this.#partsOf(column)?.map.extent ?? [0, 0];
    if (place.channel === undefined) {
      say.textContent = t('network.sayLayer', {
        name: column.stage.id,
        count: column.grid.c,
        low: formatValue(t, range[0], 3),
        high: formatValue(t, range[1], 3),
      });
    } else if (unit) {
      const key = unit.placed ? 'network.sayValue' : 'network.sayChannel';
      say.textContent = t(key, { address: unit.address, value: formatValue(t, unit.value, 3) });
    }
  }
}

customElements.define('cnn-network', NetworkView);
