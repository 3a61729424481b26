// The numbers behind one number: forward, what it was made of; backward, what its gradient was made of.

import { signal } from '@preact/signals-core';
import './arithmetic.css';
import { AskingView } from './asking-view.js';
import { html, nothing, untracked } from './view.js';
import { formatAddress } from '../widgets/format.js';
import { MapCanvas, fittingGrid } from '../widgets/maps.js';
import { arrange, sourceOf, termsOf, windowMaps } from '../widgets/terms.js';
import { themeOf } from '../widgets/theme.js';
import { kMaskPictures } from './arithmetic/mask.js';
import { stationTemplate } from './arithmetic/station.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {import('./arithmetic/station.js').Station} Station */
/** @typedef {{chain: LayerSummary[], channel: number, row: number, column: number}} Unit */

const kStripSide = 165;

/** @extends {AskingView<Station[]>} */
export class Arithmetic extends AskingView {
  static properties = { ...AskingView.properties, unit: { attribute: false }, backward: { attribute: false } };

  #focus = signal(/** @type {number | null} */ (null));
  #weight = signal(/** @type {{parameter: string, element: number} | null} */ (null));
  #channel = '';
  /** @type {import('./arithmetic/mask.js').Mask | null} */ #mask = null;

  constructor() {
    super();
    /** @type {Unit} */
    // @ts-expect-error set by the parent before the first render
    this.unit = undefined;
    this.backward = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('arithmetic-view');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.app.store.pointed.value = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    const channel = `${this.unit.chain[0].name}/${this.unit.channel}`;
    if (channel !== this.#channel) {
      untracked(() => {
        this.#focus.value = null;
        this.#weight.value = null;
      });
    }
    this.#channel = channel;
  }

  ask() {
    return this.backward ? this.#askBackward() : this.#askForward();
  }

  render() {
    const { t, store, actions } = this.app;
    const context = {
      t,
      theme: themeOf(store),
      focus: this.#focus.value,
      setFocus: (/** @type {number} */ channel) => (this.#focus.value = channel),
      pick: (/** @type {string} */ parameter, /** @type {number} */ element) =>
        (this.#weight.value = { parameter, element }),
      open: (/** @type {string} */ address) => actions.select(address),
      point: (/** @type {string | null} */ address) => (store.pointed.value = address),
    };
    const stations = this.answer.value ?? [];
    const weight = this.#weight.value;
    return html`
      ${stations.map((station) => stationTemplate(station, context))}
      ${
        weight
          ? html`<cnn-weight .app=${this.app} .parameter=${weight.parameter} .element=${weight.element}></cnn-weight>`
          : nothing
      }
    `;
  }

  /** All channels of the windows, in colours. */
  updated() {
    const theme = themeOf(this.app.store);
    for (const station of this.answer.peek() ?? []) {
      const arranged = arrange(termsOf(station.arrays, station.shapes));
      if (arranged.form !== 'windows') continue;
      const { rows, columns, channels } = arranged;
      for (const field of /** @type {const} */ (['value', 'weight', 'product'])) {
        const canvas = /** @type {HTMLCanvasElement | null} */ (
          this.querySelector(`canvas[data-maps="${field}"][data-of="${station.address}"]`)
        );
        if (!canvas) continue;
        const dpr = devicePixelRatio || 1;
        const map = new MapCanvas(canvas);
        map.layout(fittingGrid([rows.length, columns.length, channels.length], kStripSide, dpr), dpr);
        map.paint(windowMaps(arranged, field), theme, 'signed');
        canvas.onclick = (event) => {
          const found = map.locate(event.clientX, event.clientY);
          if (found) this.#focus.value = found.channel;
        };
      }
    }
  }

  /** Every term of every number that is told. @returns {import('../widgets/rows.js').Row[]} */
  rows() {
    const { t } = this.app;
    const what = this.backward ? 'arithmetic.gradient' : 'arithmetic.value';
    const head = [t('arithmetic.source'), t(what), t('arithmetic.weight'), t('arithmetic.product')];
    return (this.answer.peek() ?? []).flatMap(({ address, answer, arrays, shapes }) => [
      [address, answer.result],
      head,
      ...termsOf(arrays, shapes).map((term) => [
        term.input < 0 ? t('arithmetic.biasName') : sourceOf(term, answer.inputs, shapes),
        term.value,
        term.weight,
        term.product,
      ]),
    ]);
  }

  /** @param {string} node @returns {number[]} */
  #shapeOf(node) {
    const { layers } = this.app.store.info.peek().summary;
    return layers.find((/** @type {LayerSummary} */ { name }) => name === node)?.shape ?? [];
  }

  /** @returns {Promise<Station[]>} */
  #askForward() {
    const { chain, channel, row, column } = this.unit;
    return Promise.all(
      chain.map(async (layer) => {
        const at = { node: layer.name, channel, row, column };
        const { answer, arrays } = await this.app.actions.explain({ about: 'position', ...at });
        const mask = answer.kind === 'mask' ? await this.#askMask(at) : null;
        const shapes = answer.inputs.map((/** @type {string} */ name) => this.#shapeOf(name));
        return { answer, arrays, layer, address: formatAddress(at), shapes, mask };
      }),
    );
  }

  /**
   * The coming step's. Each picture costs a forward pass of the batch: while the net trains the last mask stays.
   * @param {{node: string, channel: number, row: number, column: number}} at
   */
  async #askMask(at) {
    const { actions, store } = this.app;
    const address = formatAddress(at);
    const step = (store.report.peek()?.step ?? 0) + 1;
    const known = this.#mask?.address === address ? this.#mask : null;
    if (store.status.peek() === 'training' || known?.step === step) return known;
    await actions.loadData('train', 1);
    /** @type {import('./arithmetic/mask.js').Mask['pictures']} */
    const pictures = [];
    for (let image = 0; image < Math.min(kMaskPictures, store.batchSize.peek()); image++) {
      const { answer, arrays } = await actions.explain({ about: 'position', ...at, image }, 'step');
      pictures.push({ value: arrays.value[0], weight: arrays.weight[0], result: answer.result });
    }
    this.#mask = { address, step, pictures };
    return this.#mask;
  }

  /** From the last node of the chain to the first, as the gradient goes. @returns {Promise<Station[]>} */
  #askBackward() {
    const { chain, channel, row, column } = this.unit;
    const label = this.app.store.prediction.peek()?.label ?? -1;
    return Promise.all(
      [...chain].reverse().map(async (layer) => {
        const at = { node: layer.name, channel, row, column };
        const { answer, arrays } = await this.app.actions.explain({ about: 'backward', ...at, label });
        const { gradient, consumers, sum, value } = answer;
        const inputs = consumers.map((/** @type {{node: string}} */ { node }) => node);
        const head = consumers.find((/** @type {any} */ { numbers }) => numbers.miss !== undefined);
        return {
          answer: { node: layer.name, kind: 'backward', inputs, tensors: [], result: gradient ?? sum, sum, numbers: {} },
          arrays: { ...arrays, input: arrays.consumer, value: arrays.gradient },
          layer,
          address: formatAddress(at),
          shapes: inputs.map((/** @type {string} */ name) => this.#shapeOf(name)),
          ...(head && { loss: { told: head.numbers, value, right: answer.label === channel } }),
        };
      }),
    );
  }
}

customElements.define('cnn-arithmetic', Arithmetic);
