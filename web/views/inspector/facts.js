// What the engine's table says, of a layer or of the whole net.

import { html, nothing } from '../view.js';
import { choiceName, fieldName, formatBytes, formatCount, formatPair, formatValue, typeName } from '../../widgets/format.js';

/** @typedef {import('../../i18n/index.js').Translate} Translate */

/** @param {Translate} t @param {any} summary */
export function totals(t, summary) {
  const { memory } = summary;
  return html`<dl class="facts">
    ${fact(t, 'layers', t.number(summary.layers.length))}
    ${fact(t, 'parameters', t.number(summary.parameters))}
    ${
      summary.trainable_parameters === summary.parameters
        ? nothing
        : fact(t, 'trainable', t.number(summary.trainable_parameters))
    }
    ${fact(t, 'macs', formatCount(t, summary.macs))}
    ${fact(t, 'memoryParameters', formatBytes(t, memory.parameters_bytes))}
    ${fact(t, 'memoryActivations', formatBytes(t, memory.activations_bytes))}
    ${fact(t, 'memoryTraining', formatBytes(t, memory.training_bytes))}
  </dl>`;
}

/** @param {Translate} t @param {string} key @param {unknown} value */
function fact(t, key, value) {
  return html`<div title=${t(`fact.${key}.help`)}>
    <dt>${t(`fact.${key}`)}</dt>
    <dd>${value}</dd>
  </div>`;
}

/**
 * @param {Translate} t @param {import('../../widgets/stages.js').LayerSummary} layer
 * @param {boolean} whole  else only what is its own
 */
export function layerFacts(t, layer, whole) {
  const attributes = Object.entries(layer.attributes);
  if (!whole && layer.parameters === 0 && attributes.length === 0) return nothing;
  return html`
    <h3>${layer.name} · ${typeName(t, layer.type)}</h3>
    <dl class="facts">
      ${attributes.map(
        ([name, value]) =>
          html`<div>
            <dt>${fieldName(t, name)}</dt>
            <dd>${attributeText(t, name, value)}</dd>
          </div>`,
      )}
      ${whole || layer.parameters > 0 ? fact(t, 'parameters', t.number(layer.parameters)) : nothing}
      ${
        whole
          ? html`${fact(t, 'macs', formatCount(t, layer.macs))}
            ${layer.receptive_field ? fieldFacts(t, layer.receptive_field) : nothing}
            ${fact(t, 'activationMemory', formatBytes(t, layer.activation_bytes))}
            ${layer.inputs.length ? fact(t, 'inputs', layer.inputs.join(', ')) : nothing}`
          : nothing
      }
    </dl>
  `;
}

/** @param {Translate} t @param {{size: number[], jump: number[], start: number[]}} field */
function fieldFacts(t, { size, jump, start }) {
  return html`${fact(t, 'receptiveField', formatPair(size))} ${fact(t, 'jump', formatPair(jump))}
  ${fact(t, 'start', start.map((v) => t.number(v).replace('-', '−')).join(', '))}`;
}

/** @param {Translate} t @param {string} key @param {unknown} value */
function attributeText(t, key, value) {
  if (Array.isArray(value)) return value.join(value.length > 3 ? ', ' : '×');
  if (typeof value === 'number') return formatValue(t, value);
  if (typeof value === 'boolean') return t(value ? 'fact.yes' : 'fact.no');
  return choiceName(t, key, String(value));
}
