// The net as columns of live activation maps. Markup changes with the net and the size of the panel; predictions are
// painted straight into the canvases.

import { signal } from '@preact/signals-core';
import './network-view.css';
import { View, html, nothing, render, svg, untracked } from './view.js';
import { colourOf, css } from '../widgets/colour.js';
import { className } from '../i18n/index.js';
import { formatAddress, formatShape, formatValue, parseAddress } from '../widgets/format.js';
import { MapCanvas, extent, normaliser, paintLegend } from '../widgets/maps.js';
import { watchPointer } from '../widgets/pointing.js';
import { hideReadout, showReadout } from '../widgets/readout.js';
import { cssValue, themeOf } from '../widgets/theme.js';
import { boxIn, boxPath, columnEdges, mapFrames, unitEdges } from './network/edges.js';
import { columnTemplate, legendBox } from './network/column.js';
import { layoutOf } from './network/layout.js';
import { stageOf, stagesOf } from '../widgets/stages.js';
import { drawPicture } from './network/picture.js';
import { walk } from './network/walk.js';

/** @typedef {import('./network/layout.js').Column} Column */
/** @typedef {import('./network/layout.js').Layout} Layout */
/** @typedef {import('./network/walk.js').Place} Place */
/** @typedef {import('../worker/protocol.js').Prediction} Prediction */
/** @typedef {{place: Place, by: 'pointer' | 'keyboard'}} Look */
/** @typedef {{map: MapCanvas, element: HTMLElement, maps: HTMLElement, legend: HTMLCanvasElement, low: Element,
 *   high: Element, letters: number}} Parts  letters: how many fit under the legend */

/** Around the net, in CSS pixels; network-view.css says the same. */
const kMargin = 10;

export class NetworkView extends View {
  /** Size of the panel, in CSS pixels. */
  #size = signal({ width: 0, height: 0, dpr: 1 });
  /** Which step of a stage is shown, where it is not the last. */
  #steps = signal(/** @type {Record<string, string>} */ ({}));
  /** @type {Layout | null} */ #layout = null;
  /** What is painted into, by stage. @type {Map<string, Parts>} */ #parts = new Map();
  /** @type {Look | null} */ #look = null;
  /** @type {Place} */ #place = { stage: 0 };
  #frame = 0;
  /** @type {ResizeObserver | undefined} */ #observer;
  /** @type {(() => void) | undefined} */ #stopPointer;

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('network-view');
    this.watch(() => this.#paint(this.app.store.prediction.value));
    this.watch(() => {
      this.app.store.selection.value;
      untracked(() => this.#drawLook());
    });
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this);
    this.#measure();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#stopPointer?.();
    this.#stopPointer = undefined;
    cancelAnimationFrame(this.#frame);
    hideReadout(this);
  }

  #measure() {
    const old = this.#size.peek();
    const size = {
      width: Math.max(0, this.clientWidth - 2 * kMargin),
      height: Math.max(0, this.clientHeight - 2 * kMargin),
      dpr: devicePixelRatio || 1,
    };
    if (size.width !== old.width || size.height !== old.height || size.dpr !== old.dpr) this.#size.value = size;
  }

  /** The stages of the net, each with the step that is to be seen. @param {any} summary */
  #stages(summary) {
    const steps = this.#steps.value;
    return stagesOf(summary.layers).map((stage) => {
      const shown = stage.steps.find(({ name }) => name === steps[stage.id]);
      return shown ? { ...stage, shown } : stage;
    });
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
    const layout = (this.#layout = layoutOf(this.#stages(summary), { ...size, headLabel }));
    return html`
      <div
        id="network"
        class="network"
        role="group"
        aria-label=${t('network.label', { name: summary.name, count: layout.columns.length })}
        aria-describedby="network-keys"
        @keydown=${this.#onKey}
        @focusin=${this.#onFocus}
        @focusout=${this.#onBlur}
      >
        <div class="network-plane" style="width:${layout.width}px;height:${layout.height}px">
          <svg class="network-lines" width=${layout.width} height=${layout.height} aria-hidden="true">
            ${columnEdges(layout).map((edge) => svg`<path class="network-edge" d=${edge.path}></path>`)}
            ${layout.columns.map((c) => svg`<path class="network-frame" d=${mapFrames(c, size.dpr)}></path>`)}
          </svg>
          ${layout.columns.map((column) =>
            columnTemplate({
              column,
              layout,
              dpr: size.dpr,
              names,
              t,
              select: () => this.app.actions.select(column.stage.shown.name),
              show: (node) => (this.#steps.value = { ...this.#steps.value, [column.stage.id]: node }),
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
    this.#stopPointer ??= watchPointer(this, { look: this.#onPointer, leave: this.#onLeave });
    /** @type {Map<string, Parts>} */
    const parts = new Map();
    const elements = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll('.network-column'));
    layout.columns.forEach((column, i) => {
      const element = elements[i];
      const maps = /** @type {HTMLElement} */ (element.querySelector('.column-maps'));
      const canvas = /** @type {HTMLCanvasElement} */ (maps.firstElementChild);
      const [legend, low, high] = /** @type {HTMLElement} */ (element.querySelector('.column-legend')).children;
      const old = this.#parts.get(column.stage.id)?.map;
      const map = old?.canvas === canvas ? old : new MapCanvas(canvas);
      map.layout(column.grid, dpr);
      const letters = Math.floor(legendBox(column, layout).width / 6.8) - 1;
      parts.set(column.stage.id, {
        map,
        element,
        maps,
        legend: /** @type {HTMLCanvasElement} */ (legend),
        low,
        high,
        letters,
      });
    });
    this.#parts = parts;
    const there = layout.columns[this.#place.stage]?.grid;
    if (!there) this.#place = { stage: 0 };
    else if ((this.#place.channel ?? 0) >= there.c) this.#place = { stage: this.#place.stage };
    this.#look = null;
    this.#setHome();
    untracked(() => this.#paint(this.app.store.prediction.value));
    this.#drawLook();
  }

  /** Roving tabindex: one of the columns is in the tab order. */
  #setHome() {
    this.#layout?.columns.forEach((column, i) => {
      this.#partsOf(column)?.maps.setAttribute('tabindex', i === this.#place.stage ? '0' : '-1');
    });
  }

  /** @param {Column} column */
  #partsOf({ stage }) {
    return this.#parts.get(stage.id);
  }

  /** The hot path: while the pen moves it runs once per frame. @param {Prediction | null} prediction */
  #paint(prediction) {
    const theme = themeOf(this.app.store);
    if (!prediction || !this.#layout) return;
    const values = new Map(prediction.maps.map((map) => [map.node, map.values]));
    for (const column of this.#layout.columns) {
      const parts = this.#partsOf(column);
      const nodeValues = values.get(column.stage.shown.name);
      if (!parts || !nodeValues) continue;
      const range = extent(nodeValues);
      // The input is ink on paper, unless preprocessing made some of it negative; all else is signed throughout, so
      // that a sign keeps its colour from layer to layer.
      const scale = column.stage.shown.role === 'input' && range[0] >= 0 ? 'unsigned' : 'signed';
      if (parts.map.paint(nodeValues, theme, scale, range)) this.#drawLegend(parts, theme);
    }
    this.dataset.painted = String(prediction.class);
    if (this.#look) this.#showNumbers(this.#look);
  }

  /** @param {Parts} parts @param {import('../widgets/colour.js').Theme} theme */
  #drawLegend({ map, legend, low: from, high: to, letters }, theme) {
    const { t } = this.app;
    let [low, high] = map.extent;
    if (low >= 0)
      low = 0; // the scale starts at zero, even where the smallest value does not
    else if (high < 0) high = 0;
    paintLegend(legend, low, high, theme, map.scale);
    let [first, last] = [formatValue(t, low, 2), formatValue(t, high, 2)];
    if (first.length + last.length > letters) [first, last] = [formatValue(t, low, 1), formatValue(t, high, 1)];
    from.textContent = first;
    to.textContent = last;
  }

  /** The view as PNG, the whole net even where the screen shows a part. @returns {Promise<Blob | null>} */
  async toPicture() {
    const layout = this.#layout;
    if (!layout) return null;
    const names = this.#classNames();
    const value = (/** @type {string} */ name) => cssValue(this, name);
    return drawPicture(
      layout,
      (column) => {
        const { map, legend, low, high } = /** @type {Parts} */ (this.#partsOf(column));
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
    const vector = column.grid.h * column.grid.w === 1;
    return vector ? { stage, channel: found.channel } : { stage, ...found };
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
    const parts = [];
    if (chosen) parts.push(this.#outline('selected', layout.columns[chosen.index], selected, dpr));
    const place = this.#look?.place;
    if (place && place.channel !== undefined) {
      const column = layout.columns[place.stage];
      const unit = { node: column.stage.shown, ...place, channel: place.channel };
      const { lines, windows, field } = unitEdges(layout.columns, column, unit, dpr);
      parts.push(
        svg`<path class="look-lines" d=${lines}></path>
          <path class="look-field" d=${field}></path>
          <path class="look-windows" d=${windows}></path>`,
        this.#outline(this.#look?.by === 'keyboard' ? 'look cursor' : 'look', column, place, dpr),
      );
    }
    render(svg`${parts}`, marks);
    for (const column of layout.columns) {
      const on = column.stage === chosen;
      const parts = this.#partsOf(column);
      parts?.maps.setAttribute('aria-pressed', on ? 'true' : 'false');
      parts?.element.classList.toggle('is-selected', on);
    }
  }

  /**
   * @param {string} name @param {Column} column
   * @param {{channel?: number, row?: number, column?: number}} place @param {number} dpr
   */
  #outline(name, column, place, dpr) {
    const { channel } = place;
    if (channel === undefined || channel >= column.grid.c) return nothing;
    const map = boxIn(column, dpr, channel);
    const cell = place.row === undefined ? null : boxIn(column, dpr, channel, windowOf(place));
    return svg`<path class="outline ${name}" d=${map ? boxPath(map, 1.5) : ''}></path>
      ${cell ? svg`<path class="outline cell ${name}" d=${boxPath(cell, 1)}></path>` : nothing}`;
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
    const node = this.#layout?.columns[stage].stage.shown.name;
    if (node) this.app.actions.select(formatAddress({ node, channel, row, column }));
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const layout = this.#layout;
    const target = /** @type {HTMLElement} */ (event.target);
    if (!layout || !target.matches('.column-maps') || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = walk(
      layout.columns.map(({ grid }) => grid),
      this.#place,
      event.key,
    );
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

/** @param {{row?: number, column?: number}} place */
function windowOf({ row, column }) {
  return row === undefined || column === undefined ? undefined : { row, column };
}

customElements.define('cnn-network', NetworkView);
