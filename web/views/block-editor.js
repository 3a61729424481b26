// The net as blocks: one a layer, in their order; the open one shows its attributes as the catalogue describes them.
// Hands every change up as an event `cnn-draft` and knows neither the text nor the net that is open.

import './block-editor.css';
import { View, html, nothing } from './view.js';
import { addLayer, layerOfPath, moveLayer, removeLayer, setAttribute } from '../state/draft.js';
import { fieldControl, fieldText } from '../widgets/fields.js';
import { choiceName, fieldName, formatShape, typeName } from '../widgets/format.js';
import { dragItem } from '../widgets/reorder.js';

/** @typedef {import('../state/draft.js').Definition} Definition */

export class BlockEditor extends View {
  static properties = {
    ...View.properties,
    definition: { attribute: false },
    summary: { attribute: false },
    refusal: { attribute: false },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {Definition | null} */ this.definition = null;
    /** Of the draft, as far as the engine accepts it. @type {any} */ this.summary = null;
    /** @type {{message: string, path: string} | null} */ this.refusal = null;
    /** Index of the open block; −1: none. */
    this.open = -1;
  }

  /** @param {Definition} definition */
  #change(definition) {
    this.dispatchEvent(new CustomEvent('cnn-draft', { detail: definition, bubbles: true }));
  }

  /** What can be built: layers and blocks of the catalogue. @returns {{type: string, fields: any[], role?: string}[]} */
  get #kinds() {
    const catalogue = this.app.store.catalogue.value;
    return catalogue ? [...(catalogue.blocks ?? []), ...catalogue.layers] : [];
  }

  render() {
    const { t } = this.app;
    if (!this.definition) return html`<p class="muted">${t('blocks.noText')}</p>`;
    const wrong = layerOfPath(this.refusal?.path ?? '');
    return html`<ol id="blocks" class="blocks" aria-label=${t('panel.blocks')}>
      ${this.definition.layers.map((layer, index) => this.#block(layer, index, wrong === index))}
    </ol>`;
  }

  /** @param {import('../state/draft.js').Layer} layer @param {number} index @param {boolean} wrong */
  #block(layer, index, wrong) {
    const { t } = this.app;
    const open = index === this.open;
    const { type, name, inputs, ...attributes } = layer;
    const words = Object.entries(attributes).map(([key, value]) => attributeWords(t, key, value));
    const shape = this.summary?.layers.find((/** @type {any} */ each) => each.name === name)?.shape;
    return html`<li class="block ${open ? 'open' : ''} ${wrong ? 'wrong' : ''}" data-block=${index}>
      <span
        class="block-handle"
        title=${t('blocks.dragTip')}
        aria-hidden="true"
        @pointerdown=${(/** @type {PointerEvent} */ event) => this.#drag(event, index)}
        >⠿</span
      >
      <button
        class="block-head"
        aria-expanded=${open ? 'true' : 'false'}
        title=${t('blocks.openTip')}
        @click=${() => (this.open = open ? -1 : index)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => this.#key(event, index)}
      >
        <span class="block-name">${name ?? type}</span>
        <span class="block-what">
          ${[`${typeName(t, type)}${inputs ? ` ← ${inputs.join(', ')}` : ''}`, ...words].join(' · ')}
        </span>
        <span class="block-shape">${shape ? formatShape(shape) : nothing}</span>
      </button>
      ${wrong ? html`<p class="block-error" role="alert">${this.refusal?.message}</p>` : nothing}
      ${open ? this.#form(layer, index) : nothing}
    </li>`;
  }

  /** @param {import('../state/draft.js').Layer} layer @param {number} index */
  #form(layer, index) {
    const { t } = this.app;
    const definition = /** @type {Definition} */ (this.definition);
    const kind = this.#kinds.find(({ type }) => type === layer.type);
    const set = (/** @type {string} */ key, /** @type {any} */ value) =>
      this.#change(setAttribute(definition, index, key, value));
    const refused = t('setting.refused');
    const button = (/** @type {string} */ what, /** @type {boolean} */ able, /** @type {() => void} */ run) =>
      html`<button id="block-${what}" ?disabled=${!able} title=${t(`blocks.${what}Tip`)} @click=${run}>
        ${t(`blocks.${what}`)}
      </button>`;
    return html`<div class="block-form">
      <div class="fields">
        ${fieldControl({
          id: 'block-name',
          field: { key: 'name', kind: 'text' },
          value: layer.name ?? '',
          label: t('blocks.name'),
          refused,
          onChange: (value) => value && set('name', value),
        })}
        ${fieldControl({
          id: 'block-inputs',
          field: { key: 'inputs', kind: 'text' },
          value: layer.inputs?.join(', ') ?? '',
          label: t('blocks.inputs'),
          tip: t('blocks.inputsTip'),
          refused,
          onChange: (value) => set('inputs', value ? value.split(/[\s,]+/).filter(Boolean) : undefined),
        })}
        ${kind?.fields.map((field) =>
          fieldControl({
            id: `block-field-${field.key}`,
            field,
            value: layer[field.key],
            label: fieldName(t, field.key),
            refused,
            name: (choice) => choiceName(t, field.key, choice),
            onChange: (value) => set(field.key, value),
          }),
        )}
        ${this.#activation(layer, set)}
      </div>
      <div class="block-buttons">
        ${button('up', index > 0, () => this.#move(index, index - 1))}
        ${button('down', index < definition.layers.length - 1, () => this.#move(index, index + 1))}
        ${button('remove', definition.layers.length > 1, () => this.#remove(index))}
        <select
          id="block-add"
          aria-label=${t('blocks.addTip')}
          title=${t('blocks.addTip')}
          .value=${''}
          @change=${(/** @type {any} */ event) => this.#add(index, event.target)}
        >
          <option value="">${t('blocks.add')}</option>
          ${this.#kinds.map(({ type }) => html`<option value=${type}>${typeName(t, type)}</option>`)}
        </select>
      </div>
    </div>`;
  }

  /** The activation that a layer with weights may carry. @param {any} layer @param {(key: string, value: any) => void} set */
  #activation(layer, set) {
    const { store, t } = this.app;
    const { layers, activations = [] } = store.catalogue.value;
    const role = layers.find((/** @type {any} */ each) => each.type === layer.type)?.role;
    if (!['convolution', 'dense', 'normalization'].includes(role)) return nothing;
    return fieldControl({
      id: 'block-field-activation',
      field: { key: 'activation', kind: 'choice', choices: ['none', ...activations], default: 'none' },
      value: layer.activation,
      label: t('blocks.activation'),
      refused: t('setting.refused'),
      name: (choice) => (choice === 'none' ? t('blocks.none') : typeName(t, choice)),
      onChange: (value) => set('activation', value === 'none' ? undefined : value),
    });
  }

  /** @param {number} from @param {number} to */
  async #move(from, to) {
    const definition = /** @type {Definition} */ (this.definition);
    if (to < 0 || to >= definition.layers.length) return;
    if (this.open === from) this.open = to;
    this.#change(moveLayer(definition, from, to));
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(`[data-block="${to}"] .block-head`))?.focus();
  }

  /** @param {PointerEvent} event @param {number} index */
  #drag(event, index) {
    if (event.button > 0) return;
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const item = /** @type {HTMLElement} */ (handle.closest('.block'));
    dragItem(handle, item, event, (to) => this.#move(index, to));
  }

  /** @param {number} index */
  #remove(index) {
    this.open = -1;
    this.#change(removeLayer(/** @type {Definition} */ (this.definition), index));
  }

  /** @param {number} index @param {HTMLSelectElement} select */
  #add(index, select) {
    const kind = this.#kinds.find(({ type }) => type === select.value);
    select.value = '';
    if (!kind) return;
    this.open = index + 1;
    this.#change(addLayer(/** @type {Definition} */ (this.definition), index, kind));
  }

  /** Arrows walk the blocks, with Alt they move the block, Delete takes it out. @param {KeyboardEvent} event @param {number} index */
  #key(event, index) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step && event.key !== 'Delete') return;
    event.preventDefault();
    if (event.key === 'Delete') this.#remove(index);
    else if (event.altKey) this.#move(index, index + step);
    else /** @type {HTMLElement | null} */ (this.querySelector(`[data-block="${index + step}"] .block-head`))?.focus();
  }
}

/** An attribute in short. @param {import('../i18n/index.js').Translate} t @param {string} key @param {any} value */
function attributeWords(t, key, value) {
  const name = fieldName(t, key).replace(/^./, (letter) => letter.toLowerCase());
  if (typeof value === 'boolean') return `${name}: ${t(value ? 'fact.yes' : 'fact.no')}`;
  return `${name} ${typeof value === 'string' ? choiceName(t, key, value) : fieldText(value)}`;
}

customElements.define('cnn-block-editor', BlockEditor);
