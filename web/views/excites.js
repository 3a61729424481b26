// What excites a unit: the pictures of the data set with the part that it sees, and a picture made for it. For a class
// also what its answer rests on, beside the same for a net that has learnt nothing.

import './excites.css';
import { signal } from '@preact/signals-core';
import { View, html, nothing } from './view.js';
import { className } from '../i18n/index.js';
import { formatValue } from '../widgets/format.js';
import { MapCanvas, extent, fittingGrid } from '../widgets/maps.js';
import { themeOf } from '../widgets/theme.js';
import '../widgets/help.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {{layer: LayerSummary, channel: number, row: number, column: number}} Unit */
/** @typedef {{index: number, label: number, value: number, top: number, left: number, bottom: number, right: number,
 *   pixels: Uint8Array}} Patch */
/** @typedef {{name: string, of: 'own' | 'twin', shape: number[], values: Float32Array, signed: boolean}} Evidence */

const kPatches = 12;
/** Pictures of the set that are looked at. */
const kSearched = 1000;
const kPatchSide = 84;
const kPictureSide = 168;
const kEvidenceSide = 112;
/** An ascent is shown as it climbs: so many times so many steps. */
const kClimbs = 16;
const kStepsAtOnce = 8;

export class Excites extends View {
  static properties = { ...View.properties, unit: { attribute: false } };

  #patches = signal(/** @type {Patch[] | null} */ (null));
  #climb = signal(/** @type {{picture: Float32Array, value: number} | null} */ (null));
  #evidence = signal(/** @type {Evidence[]} */ ([]));
  /** What the pictures on the screen are about. */
  #asked = '';

  constructor() {
    super();
    /** @type {Unit} */
    // @ts-expect-error set by the parent before the first render
    this.unit = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('excites-view');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#asked = '';
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    const key = `${this.unit.layer.name}/${this.unit.channel}`;
    if (changed.has('unit') && key !== this.#asked) this.#ask(key);
  }

  /** The class that the unit stands for, if it stands for one. */
  #label() {
    const { summary } = this.app.store.info.peek();
    const { layer, channel } = this.unit;
    const head = summary.layers.find((/** @type {LayerSummary} */ { name }) => name === summary.output);
    return head && (head.name === layer.name || head.inputs.includes(layer.name)) ? channel : null;
  }

  /** @param {string} key */
  async #ask(key) {
    this.#asked = key;
    const mine = () => this.#asked === key;
    queueMicrotask(() => {
      this.#patches.value = null;
      this.#climb.value = null;
      this.#evidence.value = [];
    });
    const parts = [() => this.#askEvidence(mine), () => this.#askPatches(mine), () => this.#askClimb(mine)];
    for (const part of parts) {
      try {
        if (mine()) await part();
      } catch {
        // The net has changed under way: who still wants to know asks again.
        if (mine()) this.#asked = '';
      }
    }
  }

  /** @param {() => boolean} mine */
  async #askPatches(mine) {
    const { actions } = this.app;
    const { layer, channel } = this.unit;
    await actions.loadData('train', 1);
    const { patches } = await actions.topPatches({ node: layer.name, channel, count: kPatches, images: kSearched });
    const pictures = await actions.images('train', patches.map(({ index }) => index));
    if (!mine()) return;
    const pixels = new Map(pictures.map((picture) => [picture.index, picture.pixels]));
    this.#patches.value = patches.map((patch) => ({ ...patch, pixels: pixels.get(patch.index) ?? new Uint8Array() }));
  }

  /** @param {() => boolean} mine */
  async #askClimb(mine) {
    const { layer, channel } = this.unit;
    for (let i = 0; i < kClimbs && mine(); i++) {
      const { answer, arrays } = await this.app.actions.explain({
        about: 'ascent',
        node: layer.name,
        channel,
        steps: kStepsAtOnce,
        resume: i > 0,
      });
      if (mine()) this.#climb.value = { picture: arrays.picture, value: answer.value };
    }
  }

  /** @param {() => boolean} mine */
  async #askEvidence(mine) {
    const label = this.#label();
    if (label === null) return;
    const { layers } = this.app.store.info.peek().summary;
    const last = layers.findLast((/** @type {LayerSummary} */ { shape }) => shape[0] * shape[1] > 1);
    const [h, w, c] = layers[0].shape;
    /** @type {Evidence[]} */
    const found = [];
    for (const twin of [false, true]) {
      const of = twin ? 'twin' : 'own';
      const common = { label, twin };
      const occlusion = await this.app.actions.explain({ about: 'occlusion', ...common });
      const { answer, arrays } = occlusion;
      const side = Math.sqrt(arrays.map.length);
      // What the class loses when a place is hidden.
      const lost = arrays.map.map((probability) => answer.probability - probability);
      found.push({ name: 'occlusion', of, shape: [side, arrays.map.length / side, 1], values: lost, signed: true });
      const gradient = await this.app.actions.explain({ about: 'input_gradient', ...common });
      found.push({ name: 'input_gradient', of, shape: [h, w, c], values: gradient.arrays.gradient, signed: true });
      const cam = await this.app.actions.explain({ about: 'grad_cam', node: last.name, ...common });
      found.push({ name: 'grad_cam', of, shape: [last.shape[0], last.shape[1], 1], values: cam.arrays.map, signed: false });
      if (!mine()) return;
      this.#evidence.value = [...found];
    }
  }

  /** The pictures that excite the unit most. @returns {import('../widgets/rows.js').Row[]} */
  rows() {
    const { t, store } = this.app;
    return [
      [t('excites.patches')],
      ...(this.#patches.peek() ?? []).map(({ index, label, value }) => [index, className(t, store.data.value, label), value]),
    ];
  }

  render() {
    const { t, store, actions } = this.app;
    const patches = this.#patches.value;
    const climb = this.#climb.value;
    const evidence = this.#evidence.value;
    const made = this.#label() === null ? 'madeValue' : 'madeScore';
    const [h, w] = store.info.value?.summary.layers[0].shape ?? [1, 1];
    const scale = (/** @type {number} */ n, /** @type {number} */ whole) => `${(100 * n) / whole}%`;
    return html`
      ${
        evidence.length
          ? html`<section class="excites-part">
              <h3>${t('excites.evidence')}<cnn-help .label=${t('excites.evidence')} .text=${t('excites.evidenceHelp')}></cnn-help></h3>
              ${['own', 'twin'].map(
                (of) =>
                  html`<div class="excites-row">
                    <span class="muted small">${t(`excites.${of}`)}</span>
                    ${evidence
                      .filter((each) => each.of === of)
                      .map(
                        ({ name }) =>
                          html`<figure title=${t(`excites.${name}Tip`)}>
                            <canvas data-evidence=${`${name} ${of}`} role="img" aria-label=${t(`excites.${name}`)}></canvas>
                            <figcaption>${t(`excites.${name}`)}</figcaption>
                          </figure>`,
                      )}
                  </div>`,
              )}
            </section>`
          : nothing
      }
      <section class="excites-part">
        <h3>${t('excites.patches')}<cnn-help .label=${t('excites.patches')} .text=${t('excites.patchesHelp', { count: kSearched })}></cnn-help></h3>
        ${
          patches
            ? html`<ul class="excites-patches">
                ${patches.map(
                  (patch, i) =>
                    html`<li>
                      <button
                        type="button"
                        title=${t('excites.show')}
                        @click=${() => actions.showTestImage(patch.index, 'train')}
                      >
                        <span class="excites-picture">
                          <canvas data-patch=${i} aria-hidden="true"></canvas>
                          <i
                            style="top:${scale(Math.max(0, patch.top), h)};left:${scale(Math.max(0, patch.left), w)};
                              width:${scale(Math.min(w, patch.right + 1) - Math.max(0, patch.left), w)};
                              height:${scale(Math.min(h, patch.bottom + 1) - Math.max(0, patch.top), h)}"
                          ></i>
                        </span>
                        ${formatValue(t, patch.value, 3)} · ${className(t, store.data.value, patch.label)}
                      </button>
                    </li>`,
                )}
              </ul>`
            : html`<p class="muted small">${t('excites.searching')}</p>`
        }
      </section>
      <section class="excites-part">
        <h3>${t('excites.made')}<cnn-help .label=${t('excites.made')} .text=${t('excites.madeHelp')}></cnn-help></h3>
        <canvas data-climb role="img" aria-label=${t('excites.made')}></canvas>
        <p class="muted small">${climb ? t(`excites.${made}`, { value: formatValue(t, climb.value, 3) }) : nothing}</p>
      </section>
    `;
  }

  updated() {
    const theme = themeOf(this.app.store);
    const dpr = devicePixelRatio || 1;
    const [h, w, c] = this.app.store.info.peek()?.summary.layers[0].shape ?? [1, 1, 1];
    /** @type {(selector: string, shape: number[], values: ArrayLike<number>, side: number, signed?: boolean) => void} */
    const paint = (selector, [rows, columns, channels], values, side, signed = false) => {
      const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(selector));
      if (!canvas) return;
      const map = new MapCanvas(canvas);
      map.layout(fittingGrid([rows, columns, channels], side, dpr), dpr);
      map.paint(values, theme, signed ? 'signed' : 'unsigned', signed ? extent(values) : [0, 1]);
    };
    this.#patches.peek()?.forEach(({ pixels }, i) => {
      paint(`canvas[data-patch="${i}"]`, [h, w, c], Float32Array.from(pixels, (byte) => byte / 255), kPatchSide);
    });
    const climb = this.#climb.peek();
    if (climb) paint('canvas[data-climb]', [h, w, c], climb.picture, kPictureSide);
    // The three methods stand side by side on a phone as well.
    const side = Math.min(kEvidenceSide, this.clientWidth / 3 - 8);
    for (const { name, of, shape, values, signed } of this.#evidence.peek()) {
      paint(`canvas[data-evidence="${name} ${of}"]`, shape, values, side, signed);
    }
  }
}

customElements.define('cnn-excites', Excites);
