// What is known about the layer, channel or unit that is selected; about the whole net when nothing is.

import './inspector.css';
import '../widgets/help.js';
import { View, html, nothing, untracked } from './view.js';
import { className } from '../i18n/index.js';
import { formatAddress, formatShape, formatValue, typeName } from '../widgets/format.js';
import { MapCanvas, extent, fittingGrid, paintLegend } from '../widgets/maps.js';
import { drawHistogram, histogram, statistics } from '../widgets/plots.js';
import { hideReadout } from '../widgets/readout.js';
import { cssValue, themeOf } from '../widgets/theme.js';
import { layerFacts, totals } from './inspector/facts.js';
import { channelTemplate, numbersTemplate, weightsTemplate } from './inspector/parts.js';
import { makeReadable } from './inspector/readable.js';
import { subjectOf } from './inspector/subject.js';

/** @typedef {import('./inspector/subject.js').Subject} Subject */

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

  render() {
    const { store } = this.app;
    const summary = store.info.value?.summary;
    const subject = (this.#subject = subjectOf(summary, store.selection.value));
    return html`<div id="inspector" class="inspector">
      ${!summary ? nothing : subject ? this.#about(subject) : this.#totals(summary)}
    </div>`;
  }

  /** @param {any} summary */
  #totals(summary) {
    const { store, t } = this.app;
    const known = `net.${store.net.value}`;
    return html`
      <header class="inspector-head">
        <h2>${t.has(known) ? t(known) : summary.name}</h2>
        <cnn-help .label=${t('inspector.helpLabel')} .text=${t('inspector.help')}></cnn-help>
      </header>
      <p class="muted">${t('inspector.hint')}</p>
      ${totals(t, summary)}
    `;
  }

  /** @param {Subject} subject */
  #about(subject) {
    const { actions, store, t } = this.app;
    const { layer, lead, channel, weights } = subject;
    const both = lead === layer ? [layer] : [lead, layer];
    const single = channel !== undefined && layer.shape[0] * layer.shape[1] === 1;
    const name = layer.role === 'head' && channel !== undefined ? className(t, store.data.value, channel) : '';
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
      ${channel === undefined ? nothing : channelTemplate(t, subject, name, (to) => this.#go(to))}
      ${numbersTemplate(t, channel === undefined || single, this.#kind(subject))}
      ${
        channel === undefined && layer.shape[2] > 1
          ? html`<button type="button" class="inspector-open" @click=${() => this.#go(0)}>
              ${t('inspector.openChannel')}
            </button>`
          : nothing
      }
      ${weights ? weightsTemplate(t, weights) : nothing}
      ${both.map((each) => layerFacts(t, each, each === lead))}
    `;
  }

  #weightsKind() {
    return this.app.store.quantity.value === 'parameter_gradient' ? 'parameter_gradient' : 'parameter';
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
      const keep = (/** @type {string} */ address) => this.app.actions.select(address);
      this.#readable(this.#map, ({ row, column }) => unitOf(subject, row, column), keep);
    }
    const kernelCanvas = this.querySelector('.inspector-kernel canvas');
    if (kernelCanvas && subject.weights) {
      this.#kernel = this.#enlarge(/** @type {HTMLCanvasElement} */ (kernelCanvas), subject.weights.shape, wide, dpr);
      const flat = subject.weights.shape[2] === 1;
      this.#readable(this.#kernel, ({ row, column, channel }) => `[${[row, column, ...(flat ? [] : [channel])].join(', ')}]`);
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
   * @param {MapCanvas} map @param {(at: import('./inspector/readable.js').At) => string} address
   * @param {(address: string) => void} [keep]
   */
  #readable(map, address, keep) {
    const look = () => ({ t: this.app.t, theme: themeOf(this.app.store) });
    this.#stops.push(makeReadable({ map, owner: this, address, look, keep: keep && ((at) => keep(address(at))) }));
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

/** @param {Subject} subject @param {number} row @param {number} column */
function unitOf({ layer, channel = 0 }, row, column) {
  return formatAddress({ node: layer.name, channel, row, column });
}

customElements.define('cnn-inspector', Inspector);
