// Controls for the fields that the engine's catalogue describes: whatever it offers gets a control, and what it would
// refuse for its kind or range cannot be entered.

import { html } from 'lit';

/** @typedef {import('../../wasm/js/types.js').Field} Field */

/** A value as its control shows it. @param {any} value */
export function fieldText(value) {
  return Array.isArray(value) ? value.join(', ') : value === undefined || value === null ? '' : String(value);
}

/**
 * What was typed, as the definition writes it; undefined: not a value of this field.
 * @param {Field} field
 * @param {string} text
 */
export function parseField({ kind, least = -Infinity, most = Infinity, choices = [] }, text) {
  const word = text.trim();
  const number = (/** @type {string} */ part, /** @type {boolean} */ whole) => {
    const value = part.trim() === '' ? NaN : Number(part.trim().replace(/^(-?\d*),(\d+)$/, '$1.$2'));
    return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  const numbers = () => word.split(/[\s,;×x]+/).map((part) => number(part, true));
  switch (kind) {
    case 'integer':
      return number(word, true);
    case 'number':
      return number(word, false);
    case 'choice':
      return choices.includes(word) ? word : undefined;
    case 'text':
      return word;
    case 'extent': {
      const all = numbers();
      if (all.includes(undefined) || all.length > 2) return undefined;
      const [h, w = h] = all;
      return h === w ? h : [h, w];
    }
    case 'padding': {
      if (['same', 'valid', 'full'].includes(word)) return word;
      const sides = numbers();
      if (sides.includes(undefined)) return undefined;
      return sides.length === 1 ? sides[0] : sides.length === 4 ? sides : undefined;
    }
    case 'integers': {
      const all = numbers();
      return all.includes(undefined) ? undefined : all;
    }
    default:
      return undefined;
  }
}

/**
 * @param {object} options
 * @param {string} options.id
 * @param {Field} options.field
 * @param {any} options.value    undefined: the default
 * @param {string} options.label
 * @param {string} [options.tip]
 * @param {string} options.refused  said when what was typed cannot be taken
 * @param {(choice: string) => string} [options.name]  what a choice is called
 * @param {(value: any) => void} options.onChange
 */
export function fieldControl({ id, field, value = field.default, label, tip, refused, name = (choice) => choice, onChange }) {
  const range = field.least === undefined || field.most === undefined ? '' : ` (${field.least} … ${field.most})`;
  const title = `${tip ?? label}${range}`;
  const take = (/** @type {any} */ { target }) => {
    const parsed = parseField(field, target.value);
    target.setAttribute('aria-invalid', String(parsed === undefined));
    target.setCustomValidity(parsed === undefined ? `${refused}${range}` : '');
    if (parsed === undefined) target.reportValidity();
    else onChange(parsed);
  };
  if (field.kind === 'boolean') {
    return html`<label class="field check" title=${title}>
      <input id=${id} type="checkbox" .checked=${Boolean(value)} @change=${(/** @type {any} */ e) => onChange(e.target.checked)} />
      <span>${label}</span>
    </label>`;
  }
  return html`<label class="field" title=${title}>
    <span>${label}</span>
    ${
      field.kind === 'choice'
        ? html`<select id=${id} .value=${String(value)} @change=${take}>
          ${field.choices?.map(
            (choice) => html`<option value=${choice} ?selected=${choice === value}>${name(choice)}</option>`,
          )}
        </select>`
        : html`<input id=${id} type="text" autocomplete="off" .value=${fieldText(value)} @change=${take} />`
    }
  </label>`;
}
