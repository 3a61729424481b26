// What a unit sees: its box in every layer before it, and how strongly each pixel moves it.

import './field.css';
import { AskingView } from './asking-view.js';
import { html, nothing, untracked } from './view.js';
import { formatPair, formatValue } from '../widgets/format.js';
import { MapCanvas, fittingGrid } from '../widgets/maps.js';
import { mapRows } from '../widgets/rows.js';
import { themeOf } from '../widgets/theme.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {{layer: LayerSummary, channel: number, row: number, column: number}} Unit */
/** @typedef {{top: number, left: number, bottom: number, right: number, node: string}} Box */
/** @typedef {{size: number[], jump: number[], start: number[], boxes: Box[], peak: number, field: Float32Array,
 *   shape: number[]}} Field */

const kSide = 200;

/** @extends {AskingView<Field>} */
export class FieldView extends AskingView {
  static properties = { ...AskingView.properties, unit: { attribute: false } };

  constructor() {
    super();
    /** @type {Unit} */
    // @ts-expect-error set by the parent before the first render
    this.unit = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('field-view');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.app.store.boxes.value = null;
  }

  /** @returns {Promise<Field>} */
  async ask() {
    const { layer, channel, row, column } = this.unit;
    const query = { about: /** @type {const} */ ('receptive_field'), node: layer.name, channel, row, column };
    const { answer, arrays } = await this.app.actions.explain(query);
    const { layers } = this.app.store.info.peek().summary;
    return { ...answer, field: arrays.field, shape: layers[0].shape };
  }

  /** @param {Field} field */
  take(field) {
    super.take(field);
    this.app.store.boxes.value = field.boxes;
  }

  /** How strongly each pixel moves the unit. @returns {import('../widgets/rows.js').Row[]} */
  rows() {
    const field = this.answer.peek();
    return field ? [[this.app.t('receptive.effective')], ...mapRows(field.field, field.shape[1])] : [];
  }

  render() {
    const { t } = this.app;
    const field = this.answer.value;
    if (!field) return nothing;
    const { size, jump, start, boxes } = field;
    const figures = { size: formatPair(size), jump: formatPair(jump), start: start.map((n) => t.number(n).replace('-', '−')).join(', ') };
    const input = boxes.at(-1);
    return html`
      <figure class="field-map" data-peak=${field.peak}>
        <div class="map-frame">
          <canvas data-map="picture" role="img" aria-label=${t('receptive.picture')}></canvas>
          <span class="field-box"></span>
        </div>
        <figcaption>${t('receptive.picture')}</figcaption>
      </figure>
      <figure class="field-map">
        <div class="map-frame">
          <canvas data-map="field" role="img" aria-label=${t('receptive.effective')}></canvas>
          <span class="field-box"></span>
        </div>
        <figcaption>${t('receptive.effective')}</figcaption>
      </figure>
      <div class="field-words">
        <dl class="facts">
          ${Object.entries(figures).map(
            ([name, text]) =>
              html`<div title=${t(`receptive.${name}Tip`)}>
                <dt>${t(`receptive.${name}`)}</dt>
                <dd data-field=${name}>${text}</dd>
              </div>`,
          )}
        </dl>
        <p class="muted small">
          ${input ? t('receptive.box', { top: input.top, bottom: input.bottom, left: input.left, right: input.right }) : nothing}
          ${t('receptive.explain', { peak: formatValue(t, field.peak, 3) })}
        </p>
      </div>
    `;
  }

  updated() {
    const field = this.answer.peek();
    const { prediction, info } = this.app.store;
    const theme = themeOf(this.app.store);
    if (!field) return;
    const dpr = devicePixelRatio || 1;
    const [h, w] = field.shape;
    const [input] = info.peek().summary.layers;
    const picture = untracked(() => prediction.value?.stages.find(({ name }) => name === 'image')?.pixels);
    const seen = untracked(
      () => prediction.value?.tensors.find(({ kind, address }) => kind === 'activation' && address === input.name)?.values,
    );
    for (const [name, values] of /** @type {[string, Float32Array | undefined][]} */ ([
      ['picture', seen?.length === h * w ? seen : picture],
      ['field', field.field],
    ])) {
      const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(`canvas[data-map="${name}"]`));
      if (!canvas || !values) continue;
      const map = new MapCanvas(canvas);
      map.layout(fittingGrid([h, w, 1], kSide, dpr), dpr);
      map.paint(values, theme, name === 'field' ? 'signed' : 'unsigned', [0, 1]);
      this.#outline(canvas, field, /** @type {any} */ (map.grid).cell / dpr);
    }
  }

  /** @param {HTMLElement} canvas @param {Field} field @param {number} cell */
  #outline(canvas, { boxes, shape }, cell) {
    const box = /** @type {Box} */ (boxes.at(-1));
    const outline = /** @type {HTMLElement} */ (canvas.parentElement?.querySelector('.field-box'));
    const [top, left] = [Math.max(0, box.top), Math.max(0, box.left)];
    const [bottom, right] = [Math.min(shape[0], box.bottom + 1), Math.min(shape[1], box.right + 1)];
    Object.assign(outline.style, {
      top: `${top * cell}px`,
      left: `${left * cell}px`,
      width: `${(right - left) * cell}px`,
      height: `${(bottom - top) * cell}px`,
    });
  }
}

customElements.define('cnn-field', FieldView);
