// The net as a table, as people know it from Keras, with what a layer costs and sees.

import './summary-table.css';
import { View, html, nothing } from './view.js';
import { formatBytes, formatPair, formatShape, parseAddress, typeName } from '../widgets/format.js';

/** @typedef {import('../widgets/stages.js').LayerSummary} LayerSummary */

const kColumns = /** @type {const} */ (['layer', 'type', 'output', 'parameters', 'macs', 'field', 'memory']);

export class SummaryTable extends View {
  static properties = { ...View.properties, summary: { attribute: false } };

  constructor() {
    super();
    /** Of another net than the open one, where that is wanted. @type {any} */
    this.summary = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('summary-view');
  }

  render() {
    const { store, t } = this.app;
    const summary = this.summary ?? store.info.value?.summary;
    if (!summary) return nothing;
    const selected = parseAddress(store.selection.value)?.node;
    const { memory } = summary;
    return html`<div class="summary-scroll" role="region" tabindex="0" aria-label=${t('summary.title', { name: summary.name })}>
      <table id="summary" class="summary">
        <caption class="visually-hidden">
          ${t('summary.title', { name: summary.name })}
        </caption>
        <thead>
          <tr>
            ${kColumns.map(
              (key) => html`<th scope="col" data-column=${key} title=${t(`summary.${key}.help`)}>
                ${t(`summary.${key}`)}
              </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${summary.layers.map((/** @type {LayerSummary} */ layer) => this.#row(layer, layer.name === selected))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="3">${t('summary.total')}</th>
            <td data-total="parameters" data-value=${summary.parameters}>${t.number(summary.parameters)}</td>
            <td data-total="macs" data-value=${summary.macs}>${t.number(summary.macs)}</td>
            <td></td>
            <td>${formatBytes(t, memory.activations_bytes)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p class="muted">
      ${t('summary.note', {
        trainable: summary.trainable_parameters,
        parameters: formatBytes(t, memory.parameters_bytes),
        training: formatBytes(t, memory.training_bytes),
      })}
    </p>`;
  }

  /** @param {LayerSummary} layer @param {boolean} selected */
  #row(layer, selected) {
    const { actions, t } = this.app;
    const number = (/** @type {number} */ value) =>
      value === 0 ? html`<span class="muted">–</span>` : t.number(value);
    return html`<tr class=${selected ? 'is-selected' : ''}>
      <th scope="row">
        <button
          type="button"
          class="summary-name"
          aria-pressed=${selected ? 'true' : 'false'}
          title=${t('summary.select')}
          @click=${() => actions.select(layer.name)}
        >
          ${layer.name}
        </button>
      </th>
      <td>${typeName(t, layer.type)}</td>
      <td>${formatShape(layer.shape)}</td>
      <td>${number(layer.parameters)}</td>
      <td>${number(layer.macs)}</td>
      <td>${layer.receptive_field ? formatPair(layer.receptive_field.size) : ''}</td>
      <td>${formatBytes(t, layer.activation_bytes)}</td>
    </tr>`;
  }
}

customElements.define('cnn-summary-table', SummaryTable);
