// A window of numbers, each on the colour that it has in the maps.

import { html, nothing } from '../view.js';
import { colourOf, css, inkOn } from '../../widgets/colour.js';
import { formatValue } from '../../widgets/format.js';

/**
 * @typedef {object} Cell
 * @property {number} value
 * @property {boolean} [outside]  padding: there is no number, zero stands for it
 * @property {boolean} [marked]
 * @property {() => void} [pick]  what pressing the number does
 */
/**
 * @param {object} parts
 * @param {(Cell | undefined)[]} parts.cells  row after row
 * @param {number} parts.columns
 * @param {number} parts.reach   value of the full colour
 * @param {string} parts.label
 * @param {import('../../widgets/colour.js').Theme} parts.theme
 * @param {import('../../i18n/index.js').Translate} parts.t
 */
export function numbersTemplate({ cells, columns, reach, label, theme, t }) {
  const small = columns > 3;
  // Side by side numbers are compared: as many decimals for all, unless that would make them all zero.
  const text = (/** @type {number} */ value) =>
    reach >= 0.1 && reach < 1000
      ? t.number(Number(value.toFixed(reach < 10 ? 2 : 1)) + 0).replace('-', '−')
      : formatValue(t, value, 2);
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, i) =>
    cells.slice(i * columns, (i + 1) * columns),
  );
  return html`<table class="numbers ${small ? 'is-small' : ''}" aria-label=${label}>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => {
              const colour = colourOf(theme, 'signed', (cell?.value ?? 0) / (reach || 1));
              return html`<td
                class="${cell?.outside ? 'is-outside' : ''} ${cell?.marked ? 'is-marked' : ''}"
                style="background-color:${css(colour)};color:${css(inkOn(colour))}"
              >
                ${
                  cell?.pick
                    ? html`<button type="button" title=${t('arithmetic.pick')} @click=${cell.pick}>
                        ${text(cell.value)}
                      </button>`
                    : cell
                      ? text(cell.value)
                      : nothing
                }
              </td>`;
            })}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
