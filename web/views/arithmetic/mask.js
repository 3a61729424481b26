// What dropout will do with a number in the coming training step: for some pictures of its batch, kept or dropped.

import { html } from '../view.js';
import { formatValue } from '../../widgets/format.js';

/**
 * @typedef {object} Mask
 * @property {string} address  of the unit
 * @property {number} step  the coming one
 * @property {{value: number, weight: number, result: number}[]} pictures
 */

export const kMaskPictures = 6;

/**
 * @param {import('../../i18n/index.js').Translate} t @param {Mask} mask
 * @param {{rate?: number, scale_in?: string}} attributes  of the layer
 */
export function maskTemplate(t, { step, pictures }, { rate = 0, scale_in: where = 'training' }) {
  const scale = formatValue(t, where === 'training' ? 1 / (1 - rate) : 1 - rate, 3);
  return html`<p class="muted">
      ${t('mask.step', { step, rate: t.percent(rate, 0) })} ${t(where === 'training' ? 'mask.scaled' : 'mask.later', { scale })}
    </p>
    <table class="terms mask">
      <tbody>
        ${pictures.map(
          ({ value, weight, result }, i) =>
            html`<tr data-value=${value} data-weight=${weight} data-result=${result}>
              <th scope="row">${t('mask.picture', { n: i + 1 })}</th>
              <td>${formatValue(t, value)}</td>
              <td>× ${formatValue(t, weight)}</td>
              <td>= ${formatValue(t, result)}</td>
              <td class="mask-word">${t(weight > 0 ? 'mask.kept' : 'mask.dropped')}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
