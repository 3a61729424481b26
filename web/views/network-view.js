// The net as columns of live activation maps. Markup changes with the net and the size of the panel; predictions are
// painted straight into the canvases.

import { signal } from '@preact/signals-core';
import './network-view.css';
import { exportMenu } from './export.js';
import { View, effect, html, render, svg, untracked } from './view.js';
import { className } from '../i18n/index.js';
import { addressAbove, formatAddress, parseAddress } from '../widgets/format.js';
import { depart } from '../widgets/flight.js';
import { watchPointer } from '../widgets/pointing.js';
import { pictureOf } from '../widgets/quantity.js';
import { hideReadout, showReadout } from '../widgets/readout.js';
import { blocksOf, foldBlocks, stageOf, stagesOf } from '../widgets/stages.js';
import { themeOf } from '../widgets/theme.js';
import { boxIn, columnEdges, mapFrames } from './network/edges.js';
import { lookAt, marksTemplate } from './network/look.js';
import { columnTemplate } from './network/column.js';
import { barTemplate } from './network/bar.js';
import { watchGestures } from './network/gestures.js';
import { kMargin, layoutOf } from './network/layout.js';
import { Painter } from './network/painter.js';
import { layerRows } from './network/rows.js';
import { placeAt, readoutOf, sentenceOf } from './network/unit.js';
import { wantedTensors } from './network/wanted.js';
import { Walker } from './network/walker.js';
import { Zoom } from './network/zoom.js';

/** @typedef {import('./network/layout.js').Column} Column */
/** @typedef {import('./network/layout.js').Layout} Layout */
/** @typedef {import('./network/walk.js').Place} Place */
/** @typedef {import('../worker/protocol.js').Prediction} Prediction */
/** @typedef {import('./network/look.js').Look} Look */
/** Least height of the strip above the net, in CSS pixels; network-view.css says the same. */
const kBar = 36;

export class NetworkView extends View {
  /** Size of the panel, in CSS pixels. */
  #size = signal({ width: 0, height: 0, dpr: 1 });
  /** Which step of a stage is shown, where it is not the last. */
  #steps = signal(/** @type {Record<string, string>} */ ({}));
  /** @type {Layout | null} */ #layout = null;
  /** Names of the folded blocks; null: as the panel has room. */
  #folds = signal(/** @type {ReadonlySet<string> | null} */ (null));
  #painter = new Painter();
  #zoom = new Zoom(() => ({ scroller: this.querySelector('#network'), layout: this.#layout }));
  #walker = new Walker({
    layout: () => this.#layout,
    mapsOf: (column) => this.#painter.partsOf(column)?.maps,
    zoom: this.#zoom,
    open: (place) => this.#select(place),
    clear: () => this.app.actions.select(null),
    arrive: (place) => this.#arrive(place),
    leave: () => this.#look?.by === 'keyboard' && this.#setLook(null),
  });
  #net = '';
  /** @type {Look | null} */ #look = null;
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
    this.#zoom.stop();
    hideReadout(this);
  }

  #measure() {
    const old = this.#size.peek();
    const bar = /** @type {HTMLElement | null} */ (this.querySelector('.network-bar'));
    const size = {
      width: Math.max(0, this.clientWidth - 2 * kMargin),
      height: Math.max(0, this.clientHeight - 2 * kMargin - (bar?.offsetHeight ?? kBar)),
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
    const headLabel = names.some((name) => name.length > 2) ? 74 : 26;
    const space = { ...size, headLabel, zoom: this.#zoom.factor.value };
    const { stages, blocks, folded } = this.#stages(summary, space);
    const layout = (this.#layout = layoutOf(stages, space));
    const fold = (/** @type {string[]} */ names) => (this.#folds.value = new Set(names));
    return html`
      ${barTemplate({
        t,
        quantity: store.quantity.value,
        show: (kind) => this.app.actions.showQuantity(kind),
        zoom: this.#zoom.factor.value,
        zoomTo: (zoom) => this.#zoom.to(zoom),
        folding: blocks.length === 0 ? null : folded.size < blocks.length ? 'fold' : 'unfold',
        fold: () => fold(folded.size < blocks.length ? blocks : []),
        slow: store.slow.value,
        setSlow: (on) => (store.slow.value = on),
        menu: exportMenu(this.app, {
          name: t(`network.${store.quantity.value}`),
          numbers: () => layerRows(t, layout, this.#painter),
          picture: () => this.whole(),
        }),
      })}
      <div
        id="network"
        class="network ${layout.header < 40 ? 'is-dense' : ''}"
        role="group"
        aria-label=${t('network.label', { name: summary.name, count: layout.columns.length })}
        aria-describedby="network-keys"
        @keydown=${this.#walker.onKey}
        @focusin=${this.#walker.onFocus}
        @focusout=${this.#walker.onBlur}
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
      // Its buttons wrap: in another language, or where blocks can be folded, it may be higher.
      this.#observer?.observe(/** @type {HTMLElement} */ (this.querySelector('.network-bar')));
      this.#stops.push(
        watchPointer(this, { look: this.#onPointer, leave: this.#onLeave }),
        watchGestures(scroller, this.#zoom.pinch),
      );
    }
    const net = this.app.store.info.peek();
    if (net !== this.#net) this.#painter.forget();
    this.#net = net;
    this.#painter.bind(layout, this.querySelectorAll('.network-column'), dpr);
    this.#zoom.settle();
    this.#walker.settle();
    this.#setLook(null);
    this.#onScroll();
    untracked(() => this.#paint(this.app.store.prediction.value));
    this.#light();
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

  #ask() {
    this.app.actions.watch(wantedTensors(this.#visible, this.app.store));
  }

  /** The plane of the net with all of its columns painted, also those that cannot be seen: for a picture. */
  async whole() {
    const columns = this.#layout?.columns ?? [];
    if (this.#visible.length < columns.length) {
      this.#visible = columns;
      this.#ask();
      await this.#nextPrediction();
    }
    return this.querySelector('.network-plane');
  }

  /** @returns {Promise<void>} */
  #nextPrediction() {
    const { prediction } = this.app.store;
    const now = prediction.peek();
    return new Promise((resolve) => {
      const stop = effect(() => {
        if (prediction.value === now) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  }

  // ---- looking at a unit

  /** @param {number} x @param {number} y */
  #onPointer = (x, y) => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const place = placeAt(this, this.#layout, this.#painter, x, y);
      this.#setLook(place && { place, by: 'pointer' });
    });
  };

  #onLeave = () => {
    cancelAnimationFrame(this.#frame);
    if (this.#look?.by === 'pointer') this.#setLook(null);
  };

  /** The column where a step in slow motion is. */
  #light() {
    const lit = this.app.store.lit.peek();
    for (const column of this.#layout?.columns ?? []) {
      const here = column.stage.nodes.some(({ name }) => name === lit);
      this.#painter.partsOf(column)?.element.classList.toggle('is-lit', here);
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
    const plane = this.querySelector('.network-marks')?.getBoundingClientRect();
    const layout = this.#layout;
    const { dpr } = this.#size.peek();
    const { store, t } = this.app;
    const net = layout && plane && { layout, painter: this.#painter, plane, dpr, theme: themeOf(store), t };
    const found = net && readoutOf(net, place);
    if (found) showReadout(this, found.beside, found.content);
    else hideReadout(this);
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
      const parts = this.#painter.partsOf(column);
      parts?.maps.setAttribute('aria-pressed', on ? 'true' : 'false');
      parts?.element.classList.toggle('is-selected', on);
    }
  }

  // ---- choosing and walking

  /** @param {PointerEvent | MouseEvent} event */
  #onClick = (event) => {
    const place = placeAt(this, this.#layout, this.#painter, event.clientX, event.clientY);
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
    this.#walker.moveTo({ stage: place.stage, channel: place.channel });
    this.#select(this.#walker.place);
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

  /** Where the keyboard is, shown and said. @param {Place} place */
  #arrive(place) {
    const layout = this.#layout;
    const say = this.querySelector('.network-announcement');
    if (!layout || !say) return;
    const { store, t } = this.app;
    this.#setLook(place.channel === undefined ? null : { place, by: 'keyboard' });
    say.textContent = sentenceOf({ layout, painter: this.#painter, theme: themeOf(store), t }, place);
  }
}

customElements.define('cnn-network', NetworkView);
