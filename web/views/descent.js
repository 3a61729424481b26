// The way down: from a layer to one of its channels to one position, with all the arithmetic that made its number. It
// stands below the net, which stays in sight; one level up by Escape, by the path above or by Back.

import { signal } from '@preact/signals-core';
import './descent.css';
import '../widgets/help.js';
import { aspectsTemplate, pathTemplate } from './descent/head.js';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { arrive, depart } from '../widgets/flight.js';
import { addressAbove, formatAddress, formatShape, parseAddress } from '../widgets/format.js';
import { MapCanvas, extent, fittingGrid, gridOf } from '../widgets/maps.js';
import { mapRows } from '../widgets/rows.js';
import { stageOf, stagesOf } from '../widgets/stages.js';
import { themeOf } from '../widgets/theme.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */
/**
 * @typedef {object} Unit
 * @property {LayerSummary} layer
 * @property {LayerSummary[]} chain  the nodes from the one that makes new maps to this one
 * @property {number} [channel]
 * @property {number} [row]
 * @property {number} [column]
 * @property {boolean} pinned        the address names the position, or there is only one
 */

const kMapSide = 200;
const kLayerSide = 560;
const kPlayMs = 240;

export class Descent extends View {
  /** The position that is told. */
  #place = signal({ row: 0, column: 0 });
  /** A position that is looked at but not kept. */
  #cursor = signal(/** @type {{row: number, column: number} | null} */ (null));
  #playing = signal(false);
  /** @type {Unit | null} */ #unit = null;
  /** @type {MapCanvas | null} */ #map = null;
  #shown = '';
  /** What had the focus when the first unit was opened: the last step up leads back there. @type {Element | null} */
  #opener = null;
  #climbed = false;
  #timer = 0;

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('descent-view');
    this.watch(() => {
      const { prediction, selection } = this.app.store;
      const address = selection.value;
      untracked(() => {
        if (address !== this.#shown) this.#cursor.value = null;
        this.#shown = address ?? '';
      });
      this.#cursor.value;
      const now = prediction.value;
      const theme = themeOf(this.app.store);
      untracked(() => this.#paint(now, theme));
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stop();
  }

  /** @returns {Unit | null} */
  #find() {
    const { info, selection } = this.app.store;
    const layers = info.value?.summary.layers;
    const address = parseAddress(selection.value);
    const layer = layers?.find((/** @type {LayerSummary} */ { name }) => name === address?.node);
    if (!layer || !address) return null;
    const [h, w, c] = layer.shape;
    const stage = stageOf(stagesOf(layers), layer.name);
    const at = stage?.steps.indexOf(layer) ?? -1;
    const chain = stage && at >= 0 ? stage.steps.slice(0, at + 1) : [layer];
    if (address.channel === undefined || address.channel >= c) return { layer, chain, pinned: false };
    const { channel } = address;
    if (h * w === 1) return { layer, chain, channel, row: 0, column: 0, pinned: true };
    const { row, column } = address;
    const inside = row !== undefined && column !== undefined && row < h && column < w;
    return inside ? { layer, chain, channel, row, column, pinned: true } : { layer, chain, channel, pinned: false };
  }

  render() {
    const { store, actions, t } = this.app;
    const before = this.#unit;
    const unit = (this.#unit = this.#find());
    if (unit && !before) this.#opener = document.activeElement;
    this.toggleAttribute('open', unit !== null);
    if (!unit) return nothing;
    const { layer, channel } = unit;
    const vector = layer.shape[0] * layer.shape[1] === 1;
    const playing = this.#playing.value;
    return html`
      <section id="descent" class="descent" aria-label=${t('descent.label')} @keydown=${this.#onKey}>
        <h2 class="visually-hidden">${t('descent.label')}</h2>
        <header class="descent-head">
          ${pathTemplate(t, unit, store.info.value.summary.name, actions.select)}
          <cnn-help .label=${t('descent.helpLabel')} .text=${t('descent.help')}></cnn-help>
          ${exportMenu(this.app, {
            name: formatAddress({ node: layer.name, channel }),
            numbers: () => this.#rows(unit),
            picture: () => this.querySelector('.descent-body'),
          })}
          ${channel === undefined ? nothing : aspectsTemplate(t, store.aspect.value, actions.showAspect)}
          <span class="descent-space"></span>
          ${
            channel === undefined || vector
              ? nothing
              : html`<button type="button" class="quiet" title=${t('descent.backTip')} aria-label=${t('descent.backTip')} @click=${() => this.#move(-1)}>‹</button>
                  <button
                    type="button"
                    id="descent-play"
                    aria-pressed=${playing ? 'true' : 'false'}
                    title=${t('descent.playTip')}
                    @click=${() => (playing ? this.#stop() : this.#play())}
                  >
                    ${playing ? '❚❚' : '▶'} ${t('descent.play')}
                  </button>
                  <button type="button" class="quiet" title=${t('descent.stepTip')} aria-label=${t('descent.stepTip')} @click=${() => this.#move(1)}>›</button>`
          }
          <button
            type="button"
            class="quiet"
            id="descent-close"
            aria-label=${t('inspector.close')}
            title=${t('inspector.close')}
            @click=${() => {
              this.#climbed = true;
              this.app.actions.select(null);
            }}
          >
            ×
          </button>
        </header>
        <div class="descent-body">
          ${
            vector && channel !== undefined
              ? nothing
              : html`<figure class="descent-map">
                  <div
                    class="map-frame"
                    role="application"
                    tabindex="0"
                    aria-label=${t('descent.mapLabel', { address: formatAddress({ node: layer.name, channel }) })}
                    @pointerdown=${this.#onPointer}
                    @pointermove=${this.#onPointer}
                    @pointerup=${this.#onRelease}
                  >
                    <canvas></canvas><span class="map-cursor" hidden></span>
                  </div>
                  <figcaption class="muted small">${formatShape(layer.shape)}</figcaption>
                </figure>`
          }
          ${channel === undefined ? html`<p class="muted">${t('descent.pickChannel')}</p>` : this.#aspect({ ...unit, channel })}
        </div>
      </section>
    `;
  }

  /** @param {Unit & {channel: number}} unit */
  #aspect(unit) {
    const { app } = this;
    const at = { ...unit, ...this.#place.value };
    switch (app.store.aspect.value) {
      case 'field':
        return html`<cnn-field .app=${app} .unit=${at}></cnn-field>`;
      case 'excites':
        return html`<cnn-excites .app=${app} .unit=${at}></cnn-excites>`;
      default:
        return html`<cnn-arithmetic
          .app=${app}
          .unit=${at}
          .backward=${app.store.aspect.value === 'backward'}
        ></cnn-arithmetic>`;
    }
  }

  updated() {
    const unit = this.#unit;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('.descent-map canvas'));
    this.#map = null;
    if (unit && canvas) {
      const [h, w, c] = unit.layer.shape;
      const dpr = devicePixelRatio || 1;
      this.#map = new MapCanvas(canvas);
      const room = Math.max(120, this.clientWidth - 24);
      const side = Math.min(room, unit.channel === undefined ? kLayerSide : kMapSide);
      this.#map.layout(unit.channel === undefined ? layerGrid(unit.layer.shape, side, dpr) : fittingGrid([h, w, 1], side, dpr), dpr);
      if (unit.channel === undefined && h * w === 1) this.#map.layout(gridOf([1, 1, c], { columns: Math.min(c, Math.floor(side / 22)), cell: Math.round(18 * dpr), gap: Math.round(4 * dpr) }), dpr);
      arrive(formatAddress({ node: unit.layer.name, channel: unit.channel }), canvas);
    }
    const theme = themeOf(this.app.store);
    untracked(() => this.#paint(this.app.store.prediction.value, theme));
    if (this.#climbed) this.#keepFocus();
    this.#climbed = false;
  }

  /** A level up, what had the focus may be gone: the keyboard stays where the eye is. */
  #keepFocus() {
    if (document.activeElement !== document.body) return;
    const next = this.#unit ? (this.querySelector('.map-frame') ?? this.querySelector('#descent-close')) : this.#opener;
    /** @type {HTMLElement | null} */ (next)?.focus();
  }

  /** The position that is told: the kept one, the one under the pointer, or where the map is strongest. @param {Unit} unit */
  #at({ layer, channel, row, column, pinned }) {
    const cursor = this.#cursor.peek();
    if (cursor) return cursor;
    if (pinned) return { row: row ?? 0, column: column ?? 0 };
    const values = this.#values(layer.name);
    const [, w, c] = layer.shape;
    let best = channel ?? 0;
    for (let i = best; values && i < values.length; i += c) if (values[i] > values[best]) best = i;
    const place = Math.floor(best / c);
    return { row: Math.floor(place / w), column: place % w };
  }

  /** The map of the unit, all maps of a layer one below the other, and what is told beside it. @param {Unit} unit */
  #rows({ layer, channel }) {
    const values = this.#values(layer.name) ?? [];
    const [, w, channels] = layer.shape;
    const shown = channel === undefined ? Array.from({ length: channels }, (_, i) => i) : [channel];
    /** @type {(Element & {rows?: () => import('../widgets/rows.js').Row[]}) | null} */
    const aspect = this.querySelector('cnn-arithmetic, cnn-field, cnn-excites');
    return [
      ...shown.flatMap((each) => [
        [formatAddress({ node: layer.name, channel: each })],
        ...mapRows(values, w, { channel: each, channels }),
      ]),
      ...(aspect?.rows?.() ?? []),
    ];
  }

  /** @param {string} node */
  #values(node) {
    return this.app.store.prediction
      .peek()
      ?.tensors.find(({ kind, address }) => kind === 'activation' && address === node)?.values;
  }

  /**
   * @param {import('../worker/protocol.js').Prediction | null} prediction
   * @param {import('../widgets/colour.js').Theme} theme
   */
  #paint(prediction, theme) {
    const unit = this.#unit;
    const values = unit && this.#values(unit.layer.name);
    if (!unit || !prediction || !values) return;
    const { layer, channel } = unit;
    const [h, w, c] = layer.shape;
    if (values.length !== h * w * c) return;
    const range = extent(values);
    const scale = layer.role === 'input' && range[0] >= 0 ? 'unsigned' : 'signed';
    if (this.#map && channel === undefined) this.#map.paint(values, theme, scale, range);
    if (channel === undefined) return;
    const at = this.#at(unit);
    if (this.#map) {
      const map = new Float32Array(h * w);
      for (let i = 0; i < map.length; i++) map[i] = values[i * c + channel];
      this.#map.paint(map, theme, scale, range);
      this.#mark(at);
    }
    const { row, column } = this.#place.peek();
    if (row !== at.row || column !== at.column) this.#place.value = at;
  }

  /** @param {{row: number, column: number}} at */
  #mark({ row, column }) {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.map-cursor'));
    const grid = this.#map?.grid;
    if (!cursor || !grid) return;
    const cell = grid.cell / (devicePixelRatio || 1);
    cursor.hidden = false;
    Object.assign(cursor.style, {
      left: `${column * cell}px`,
      top: `${row * cell}px`,
      width: `${cell}px`,
      height: `${cell}px`,
    });
  }

  // ---- moving

  /** @param {PointerEvent} event */
  #onPointer = (event) => {
    const unit = this.#unit;
    const found = this.#map?.locate(event.clientX, event.clientY);
    if (!unit || !found || event.button > 0) return;
    if (unit.channel === undefined) {
      if (event.type !== 'pointerdown') return;
      this.#openChannel(unit, found.channel);
      return;
    }
    this.#stop();
    if (event.type === 'pointermove' && event.pointerType === 'touch') event.preventDefault();
    this.#cursor.value = { row: found.row, column: found.column };
  };

  /** @param {PointerEvent} event */
  #onRelease = (event) => {
    if (event.button === 0) this.#keep();
  };

  /** @param {Unit} unit @param {number} channel */
  #openChannel({ layer }, channel) {
    const address = formatAddress({ node: layer.name, channel });
    const canvas = this.querySelector('.descent-map canvas');
    const grid = this.#map?.grid;
    if (canvas && grid) {
      const box = canvas.getBoundingClientRect();
      const ratio = box.width / grid.width;
      const [width, height] = [grid.w * grid.cell, grid.h * grid.cell];
      const x = box.left + (channel % grid.columns) * (width + grid.gap) * ratio;
      const y = box.top + Math.floor(channel / grid.columns) * (height + grid.gap) * ratio;
      depart(address, new DOMRect(x, y, width * ratio, height * ratio));
    }
    this.app.actions.select(address);
  }

  /** The position that is looked at becomes the address. */
  #keep() {
    const unit = this.#unit;
    const at = this.#cursor.peek();
    if (!unit || !at || unit.channel === undefined) return;
    this.app.actions.select(formatAddress({ node: unit.layer.name, channel: unit.channel, ...at }));
  }

  /** @param {number} by  positions, row after row */
  #move(by) {
    const unit = this.#unit;
    if (!unit || unit.channel === undefined) return;
    const [h, w] = unit.layer.shape;
    const { row, column } = this.#at(unit);
    const place = (row * w + column + by + h * w) % (h * w);
    this.#cursor.value = { row: Math.floor(place / w), column: place % w };
  }

  #play() {
    this.#playing.value = true;
    this.#timer = window.setInterval(() => this.#move(1), kPlayMs);
  }

  #stop() {
    clearInterval(this.#timer);
    if (!this.#playing.peek()) return;
    this.#playing.value = false;
  }

  /** One level up. */
  #up() {
    this.#stop();
    this.#climbed = true;
    this.app.actions.select(addressAbove(this.app.store.selection.peek()));
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const unit = this.#unit;
    if (!unit || event.ctrlKey || event.metaKey || event.altKey) return;
    const onMap = /** @type {HTMLElement} */ (event.target).matches('.map-frame');
    if (event.key === 'Escape') this.#up();
    else if (!onMap) return;
    else if (unit.channel === undefined) {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      this.#openChannel(unit, 0);
    } else if (event.key === 'Enter') this.#keep();
    else if (event.key === ' ') this.#playing.peek() ? this.#stop() : this.#play();
    else {
      const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      if (!x && !y) return;
      const [h, w] = unit.layer.shape;
      const { row, column } = this.#at(unit);
      this.#stop();
      this.#cursor.value = {
        row: Math.max(0, Math.min(h - 1, row + y)),
        column: Math.max(0, Math.min(w - 1, column + x)),
      };
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

/** All maps of a layer, as large as fits. @param {[number, number, number]} shape @param {number} side @param {number} dpr */
function layerGrid(shape, side, dpr) {
  const [h, w, c] = shape;
  const gap = Math.round(4 * dpr);
  for (let cell = Math.max(1, Math.floor((112 * dpr) / Math.max(h, w))); ; cell--) {
    const columns = Math.max(1, Math.floor((side * dpr + gap) / (w * cell + gap)));
    const grid = gridOf([h, w, c], { columns, cell, gap });
    if (cell <= 1 || grid.height <= 300 * dpr) return grid;
  }
}

customElements.define('cnn-descent', Descent);
