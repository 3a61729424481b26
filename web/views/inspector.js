// What is known about the layer, channel or unit that is selected; about the whole net when nothing is.

import './inspector.css';
import '../widgets/help.js';
import { View, html, nothing, untracked } from './view.js';
import { colourOf, css } from '../widgets/colour.js';
import { className } from '../i18n/index.js';
import { formatAddress, formatBytes, formatCount, formatPair, formatShape } from '../widgets/format.js';
import { formatValue, parseAddress, typeName } from '../widgets/format.js';
import { MapCanvas, extent, fittingGrid, normaliser, paintLegend } from '../widgets/maps.js';
import { drawHistogram, histogram, statistics } from '../widgets/plots.js';
import { watchPointer } from '../widgets/pointing.js';
import { hideReadout, showReadout } from '../widgets/readout.js';
import { cssValue, themeOf } from '../widgets/theme.js';
import { stageOf, stagesOf } from '../widgets/stages.js';
import { weightsOf } from '../widgets/weights.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {import('../widgets/weights.js').Weights} Weights */
/**
 * @typedef {object} Subject
 * @property {LayerSummary} layer
 * @property {LayerSummary} lead  the layer that an activation or normalisation belongs to; else the layer itself
 * @property {number} [channel]
 * @property {number} [row]
 * @property {number} [column]
 * @property {Weights | null} weights
 */

const kBins = 40;
/** Weights are asked for again at most so often, in ms, while they change. */
const kWeightsEvery = 250;
const kWidest = 272;

export class Inspector extends View {
  /** @type {Subject | null} */ #subject = null;
  /** @type {MapCanvas | null} */ #map = null;
  /** @type {MapCanvas | null} */ #kernel = null;
  #weightsKey = '';
  #weightsAt = 0;
  /** Measured once a rendering: asking while painting would make the browser lay out the page each frame. */
  #bars = { width: 0, height: 0, line: '' };
  #timer = 0;
  /** @type {string} */ #theme = '';
  /** @type {(() => void)[]} */ #stops = [];

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('inspector-view');
    this.watch(() => {
      const { prediction } = this.app.store;
      this.#paint(prediction.value, themeOf(this.app.store));
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#unbind();
    hideReadout(this);
  }

  #unbind() {
    for (const stop of this.#stops.splice(0)) stop();
    this.#map = this.#kernel = null;
  }

  /** @param {any} summary @returns {Subject | null} */
  #find(summary) {
    const address = parseAddress(this.app.store.selection.value);
    const layer = summary?.layers.find((/** @type {LayerSummary} */ { name }) => name === address?.node);
    if (!address || !layer) return null;
    const channel = address.channel !== undefined && address.channel < layer.shape[2] ? address.channel : undefined;
    const inside =
      channel !== undefined && (address.row ?? 0) < layer.shape[0] && (address.column ?? 0) < layer.shape[1];
    const { row, column } = inside ? address : { row: undefined, column: undefined };
    const lead = stageOf(stagesOf(summary.layers), layer.name)?.nodes[0] ?? layer;
    const weights = channel === undefined ? null : weightsOf(summary, layer, channel);
    return { layer, lead, channel, row, column, weights };
  }

  render() {
    const { store } = this.app;
    const summary = store.info.value?.summary;
    const subject = (this.#subject = this.#find(summary));
    return html`<div id="inspector" class="inspector">
      ${!summary ? nothing : subject ? this.#about(subject) : this.#totals(summary)}
    </div>`;
  }

  /** @param {any} summary */
  #totals(summary) {
    const { store, t } = this.app;
    const { memory } = summary;
    const known = `net.${store.net.value}`;
    return html`
      <header class="inspector-head">
        <h2>${t.has(known) ? t(known) : summary.name}</h2>
        <cnn-help .label=${t('inspector.helpLabel')} .text=${t('inspector.help')}></cnn-help>
      </header>
      <p class="muted">${t('inspector.hint')}</p>
      <dl class="facts">
        ${this.#fact('layers', t.number(summary.layers.length))}
        ${this.#fact('parameters', t.number(summary.parameters))}
        ${
          summary.trainable_parameters === summary.parameters
            ? nothing
            : this.#fact('trainable', t.number(summary.trainable_parameters))
        }
        ${this.#fact('macs', formatCount(t, summary.macs))}
        ${this.#fact('memoryParameters', formatBytes(t, memory.parameters_bytes))}
        ${this.#fact('memoryActivations', formatBytes(t, memory.activations_bytes))}
        ${this.#fact('memoryTraining', formatBytes(t, memory.training_bytes))}
      </dl>
    `;
  }

  /** @param {string} key @param {unknown} value */
  #fact(key, value) {
    const { t } = this.app;
    return html`<div title=${t(`fact.${key}.help`)}>
      <dt>${t(`fact.${key}`)}</dt>
      <dd>${value}</dd>
    </div>`;
  }

  /** @param {Subject} subject */
  #about(subject) {
    const { actions, t } = this.app;
    const { layer, lead, channel } = subject;
    const both = lead === layer ? [layer] : [lead, layer];
    return html`
      <header class="inspector-head">
        <div>
          <h2>${layer.name}</h2>
          <p class="muted">${both.map(({ type }) => typeName(t, type)).join(' → ')} · ${formatShape(layer.shape)}</p>
        </div>
        <button
          type="button"
          class="quiet inspector-close"
          aria-label=${t('inspector.close')}
          title=${t('inspector.close')}
          @click=${() => actions.select(null)}
        >
          ×
        </button>
      </header>
      ${both.map(({ type }) => (t.has(`layer.${type}.help`) ? html`<p>${t(`layer.${type}.help`)}</p>` : nothing))}
      ${channel === undefined ? nothing : this.#channel(subject)} ${this.#numbers(subject)}
      ${
        channel === undefined && layer.shape[2] > 1
          ? html`<button type="button" class="inspector-open" @click=${() => this.#go(0)}>
              ${t('inspector.openChannel')}
            </button>`
          : nothing
      }
      ${subject.weights ? this.#weights(subject.weights) : nothing}
      ${both.map((each) => this.#facts(each, each === lead))}
    `;
  }

  /** What the table of the net says. @param {LayerSummary} layer @param {boolean} whole  else only what is its own */
  #facts(layer, whole) {
    const { t } = this.app;
    const attributes = Object.entries(layer.attributes);
    if (!whole && layer.parameters === 0 && attributes.length === 0) return nothing;
    return html`
      <h3>${layer.name} · ${typeName(t, layer.type)}</h3>
      <dl class="facts">
        ${attributes.map(
          ([name, value]) =>
            html`<div>
              <dt>${t.has(`field.${name}`) ? t(`field.${name}`) : name}</dt>
              <dd>${attributeText(t, value)}</dd>
            </div>`,
        )}
        ${whole || layer.parameters > 0 ? this.#fact('parameters', t.number(layer.parameters)) : nothing}
        ${
          whole
            ? html`${this.#fact('macs', formatCount(t, layer.macs))}
              ${layer.receptive_field ? this.#field(layer.receptive_field) : nothing}
              ${this.#fact('activationMemory', formatBytes(t, layer.activation_bytes))}
              ${layer.inputs.length ? this.#fact('inputs', layer.inputs.join(', ')) : nothing}`
            : nothing
        }
      </dl>
    `;
  }

  /** @param {{size: number[], jump: number[], start: number[]}} field */
  #field({ size, jump, start }) {
    const { t } = this.app;
    return html`${this.#fact('receptiveField', formatPair(size))} ${this.#fact('jump', formatPair(jump))}
    ${this.#fact('start', start.map((v) => t.number(v).replace('-', '−')).join(', '))}`;
  }

  /** @param {Subject} subject */
  #channel({ layer, channel = 0 }) {
    const { store, t } = this.app;
    const [h, w, c] = layer.shape;
    const name = layer.role === 'head' ? className(t, store.data.value, channel) : '';
    return html`
      <div class="inspector-channel">
        <button
          type="button"
          aria-label=${t('inspector.previous')}
          title=${t('inspector.previous')}
          ?disabled=${channel === 0}
          @click=${() => this.#go(channel - 1)}
        >
          ‹
        </button>
        <span class="inspector-which">
          ${t(h * w === 1 ? 'inspector.unit' : 'inspector.channel', { n: channel, count: c })}
          ${name ? `· ${name}` : nothing}
        </span>
        <button
          type="button"
          aria-label=${t('inspector.next')}
          title=${t('inspector.next')}
          ?disabled=${channel === c - 1}
          @click=${() => this.#go(channel + 1)}
        >
          ›
        </button>
      </div>
      ${
        h * w === 1
          ? html`<output class="inspector-value" data-stat="value"></output>`
          : html`<figure class="inspector-map">
              <div class="map-frame">
                <canvas
                  role="img"
                  aria-label=${t('inspector.mapLabel', { address: formatAddress({ node: layer.name, channel }) })}
                ></canvas>
                <span class="map-cursor" hidden></span>
              </div>
              <figcaption>
                <span data-stat="scale-low"></span
                ><canvas class="ramp" width="128" height="1" aria-hidden="true"></canvas
                ><span data-stat="scale-high"></span>
              </figcaption>
            </figure>`
      }
      <p class="inspector-position muted" data-stat="position"></p>
    `;
  }

  /** @param {Subject} subject */
  #numbers({ layer, channel }) {
    const { t } = this.app;
    const single = channel !== undefined && layer.shape[0] * layer.shape[1] === 1;
    const empty = html`<span></span>`;
    const row = (/** @type {string} */ key) =>
      html`<div title=${t(`fact.${key}.help`)}>
        <dt>${t(`fact.${key}`)}</dt>
        <dd data-stat=${key}>${empty}</dd>
      </div>`;
    return html`
      <h3>
        ${t(channel === undefined || single ? 'inspector.valuesLayer' : 'inspector.valuesChannel')}
        · ${t(`network.${this.#kind(this.#subject)}`)}
      </h3>
      <dl class="facts compact">${row('low')} ${row('high')} ${row('mean')} ${row('zeros')}</dl>
      <figure class="inspector-histogram">
        <canvas class="histogram" role="img" aria-label=${t('inspector.histogram')}></canvas>
        <figcaption>
          <span data-stat="bins-low"></span><span>${t('inspector.histogram')}</span><span data-stat="bins-high"></span>
        </figcaption>
      </figure>
    `;
  }

  #weightsKind() {
    return this.app.store.quantity.value === 'parameter_gradient' ? 'parameter_gradient' : 'parameter';
  }

  /** @param {Weights} weights */
  #weights(weights) {
    const { t } = this.app;
    return html`
      <h3>${t('inspector.weights')}</h3>
      <figure class="inspector-kernel">
        <div class="map-frame">
          <canvas role="img" aria-label=${t('inspector.weightsLabel', { address: weights.address })}></canvas>
        </div>
        <figcaption>
          <span data-stat="weights-low"></span><canvas class="ramp" width="128" height="1" aria-hidden="true"></canvas
          ><span data-stat="weights-high"></span>
        </figcaption>
        <p class="muted small">${weights.address} · ${formatShape(weights.shape)}</p>
      </figure>
    `;
  }

  /** @param {number} channel */
  #go(channel) {
    if (this.#subject) this.app.actions.select(formatAddress({ node: this.#subject.layer.name, channel }));
  }

  updated() {
    this.#unbind();
    const subject = this.#subject;
    if (!subject) return;
    const dpr = devicePixelRatio || 1;
    const wide = Math.min(kWidest, Math.max(120, this.clientWidth - 26));
    const mapCanvas = this.querySelector('.inspector-map canvas');
    if (mapCanvas) {
      const [h, w] = subject.layer.shape;
      this.#map = this.#enlarge(/** @type {HTMLCanvasElement} */ (mapCanvas), [h, w, 1], wide, dpr);
      this.#readable(this.#map, ({ row, column }) => ({ ...subject, row, column }));
    }
    const kernelCanvas = this.querySelector('.inspector-kernel canvas');
    if (kernelCanvas && subject.weights) {
      this.#kernel = this.#enlarge(/** @type {HTMLCanvasElement} */ (kernelCanvas), subject.weights.shape, wide, dpr);
      this.#readable(this.#kernel, null);
    }
    this.#weightsKey = '';
    const bars = /** @type {HTMLCanvasElement} */ (this.querySelector('.histogram'));
    this.#bars = { width: bars.clientWidth, height: bars.clientHeight, line: '' };
    untracked(() => this.#paint(this.app.store.prediction.value, themeOf(this.app.store)));
  }

  /**
   * @param {HTMLCanvasElement} canvas @param {[number, number, number]} shape
   * @param {number} wide @param {number} dpr
   */
  #enlarge(canvas, shape, wide, dpr) {
    const map = new MapCanvas(canvas);
    map.layout(fittingGrid(shape, wide, dpr), dpr);
    return map;
  }

  /**
   * Values under the pointer. A click on the map keeps the position.
   * @param {MapCanvas} map
   * @param {((at: {row: number, column: number}) => Subject) | null} select
   */
  #readable(map, select) {
    const { canvas } = map;
    this.#stops.push(
      watchPointer(canvas, {
        look: (x, y) => {
          const at = map.locate(x, y);
          const grid = map.grid;
          if (!at || !grid || !map.values) return hideReadout(this);
          const { t, store } = this.app;
          const value = map.values[(at.row * grid.w + at.column) * grid.c + at.channel];
          const subject = this.#subject;
          const unit = {
            node: subject?.layer.name ?? '',
            channel: subject?.channel ?? 0,
            row: at.row,
            column: at.column,
          };
          const place = `[${grid.c > 1 ? [at.row, at.column, at.channel].join(', ') : [at.row, at.column].join(', ')}]`;
          showReadout(
            this,
            { left: x, right: x, top: y, bottom: y + 8 },
            {
              value: formatValue(t, value),
              swatch: css(colourOf(themeOf(store), map.scale, value * normaliser(...map.extent) || 0)),
              address: select ? formatAddress(unit) : place,
            },
          );
        },
        leave: () => hideReadout(this),
      }),
    );
    if (!select) return;
    const click = (/** @type {MouseEvent} */ event) => {
      const at = map.locate(event.clientX, event.clientY);
      if (!at) return;
      const { layer, channel, row, column } = select(at);
      this.app.actions.select(formatAddress({ node: layer.name, channel, row, column }));
    };
    canvas.addEventListener('click', click);
    this.#stops.push(() => canvas.removeEventListener('click', click));
  }

  /** What the numbers are of: activations, or gradients where the network shows these. @param {Subject | null} subject */
  #kind(subject) {
    const backward = this.app.store.quantity.value.endsWith('gradient');
    return backward && subject?.layer.role !== 'head' ? 'gradient' : 'activation';
  }

  /** @param {string} name @param {string} text */
  #set(name, text) {
    const element = this.querySelector(`[data-stat="${name}"]`);
    if (element) element.textContent = text;
  }

  /**
   * @param {import('../worker/protocol.js').Prediction | null} prediction
   * @param {import('../widgets/colour.js').Theme} theme
   */
  #paint(prediction, theme) {
    const subject = this.#subject;
    const values = prediction?.tensors.find(
      ({ kind, address }) => kind === this.#kind(subject) && address === subject?.layer.name,
    )?.values;
    if (!subject || !prediction || !values) return;
    const { t } = this.app;
    const { layer, channel, row, column } = subject;
    const [h, w, c] = layer.shape;
    if (this.#theme !== theme || !this.#bars.line) {
      this.#theme = theme;
      this.#bars.line = cssValue(this, '--line-strong');
    }
    if (values.length !== h * w * c) return;
    const picture = h * w > 1 && channel !== undefined;
    const stats = picture ? statistics(values, channel, c) : statistics(values);
    this.#set('low', formatValue(t, stats.low, 3));
    this.#set('high', formatValue(t, stats.high, 3));
    this.#set('mean', formatValue(t, stats.mean, 3));
    this.#set('zeros', t.percent(stats.zeros, 0) + (stats.zeros === 1 ? ` · ${t('inspector.dead')}` : ''));

    const range = extent(values);
    const [low, high] = [Math.min(0, range[0]), Math.max(0, range[1])];
    const bars = /** @type {HTMLCanvasElement | null} */ (this.querySelector('.histogram'));
    if (bars) {
      const counts = picture ? histogram(values, low, high, kBins, channel, c) : histogram(values, low, high, kBins);
      drawHistogram(bars, counts, { low, high, theme, ...this.#bars });
      this.#set('bins-low', formatValue(t, low, 2));
      this.#set('bins-high', formatValue(t, high, 2));
    }
    if (channel !== undefined && !picture) this.#set('value', formatValue(t, values[channel], 5));
    if (picture && this.#map) {
      const map = new Float32Array(h * w);
      for (let i = 0; i < map.length; i++) map[i] = values[i * c + channel];
      const scale = layer.role === 'input' && range[0] >= 0 ? 'unsigned' : 'signed';
      this.#map.paint(map, theme, scale, range);
      this.#ramp('.inspector-map .ramp', 'scale', low, high, theme, scale);
      this.#mark(subject, row === undefined ? null : map[row * w + (column ?? 0)]);
    }
    this.#askWeights(prediction.step, theme);
  }

  /**
   * The ends of a scale, as colours and numbers.
   * @param {string} selector @param {string} stat @param {number} low @param {number} high
   * @param {import('../widgets/colour.js').Theme} theme @param {import('../widgets/colour.js').ScaleName} scale
   */
  #ramp(selector, stat, low, high, theme, scale) {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(selector));
    if (canvas) paintLegend(canvas, low, high, theme, scale);
    this.#set(`${stat}-low`, formatValue(this.app.t, low, 3));
    this.#set(`${stat}-high`, formatValue(this.app.t, high, 3));
  }

  /** The position that is kept. @param {Subject} subject @param {number | null} value */
  #mark({ layer, channel, row, column }, value) {
    const cursor = /** @type {HTMLElement | null} */ (this.querySelector('.map-cursor'));
    const grid = this.#map?.grid;
    if (!cursor || !grid) return;
    cursor.hidden = value === null;
    if (value === null || row === undefined || column === undefined) return this.#set('position', '');
    const cell = grid.cell / (devicePixelRatio || 1);
    Object.assign(cursor.style, {
      left: `${column * cell}px`,
      top: `${row * cell}px`,
      width: `${cell}px`,
      height: `${cell}px`,
    });
    this.#set(
      'position',
      `${formatAddress({ node: layer.name, channel, row, column })} = ${formatValue(this.app.t, value)}`,
    );
  }

  /**
   * The weights of the channel, whenever they are others.
   * @param {number} step @param {import('../widgets/colour.js').Theme} theme
   */
  #askWeights(step, theme) {
    const weights = this.#subject?.weights;
    const kernel = this.#kernel;
    if (!weights || !kernel) return;
    const key = `${weights.address} ${this.#weightsKind()} ${step} ${theme} ${this.app.store.weightsOrigin.peek()}`;
    const wait = this.#weightsAt + kWeightsEvery - performance.now();
    if (key === this.#weightsKey) return;
    clearTimeout(this.#timer);
    if (wait > 0 && this.#weightsKey !== '') {
      this.#timer = setTimeout(() => this.#askWeights(step, theme), wait);
      return;
    }
    this.#weightsKey = key;
    this.#weightsAt = performance.now();
    this.app.actions.tensor(this.#weightsKind(), weights.tensor).then(
      (all) => {
        if (this.#kernel !== kernel) return;
        const values = weights.pick(all);
        if (!kernel.paint(values, theme, 'signed')) return;
        const [low, high] = kernel.extent;
        this.#ramp('.inspector-kernel .ramp', 'weights', Math.min(0, low), Math.max(0, high), theme, 'signed');
      },
      () => (this.#weightsKey = ''), // the net changed under way; the next prediction asks again
    );
  }
}

/** @param {import('../i18n/index.js').Translate} t @param {unknown} value */
function attributeText(t, value) {
  if (Array.isArray(value)) return value.join(value.length > 3 ? ', ' : '×');
  if (typeof value === 'number') return formatValue(t, value);
  if (typeof value === 'boolean') return t(value ? 'fact.yes' : 'fact.no');
  return String(value);
}

customElements.define('cnn-inspector', Inspector);
