// The head of the opened unit: where one is, and which of the questions about it is answered.

import { html } from '../view.js';
import { formatAddress } from '../../widgets/format.js';

/** @typedef {import('../../i18n/index.js').Translate} Translate */

const kAspects = /** @type {const} */ (['forward', 'backward', 'field', 'excites']);
/** @typedef {(typeof kAspects)[number]} Aspect */

/**
 * Each level is a way up.
 * @param {Translate} t @param {import('../descent.js').Unit} unit @param {string} net
 * @param {(address: string | null) => void} select
 */
export function pathTemplate(t, { layer, channel, row, column, pinned }, net, select) {
  const vector = layer.shape[0] * layer.shape[1] === 1;
  const levels = [
    { text: net, to: /** @type {string | null} */ (null) },
    { text: layer.name, to: layer.name },
    ...(channel === undefined ? [] : [{ text: String(channel), to: formatAddress({ node: layer.name, channel }) }]),
    ...(pinned && !vector ? [{ text: `${row}, ${column}`, to: formatAddress({ node: layer.name, channel, row, column }) }] : []),
  ];
  return html`<nav class="descent-path" aria-label=${t('descent.path')}>
    ${levels.map(({ text, to }, i) =>
      i === levels.length - 1
        ? html`<span aria-current="location">${text}</span>`
        : html`<button type="button" class="link" @click=${() => select(to)}>${text}</button> ›`,
    )}
  </nav>`;
}

/** @param {Translate} t @param {Aspect} shown @param {(aspect: Aspect) => void} show */
export function aspectsTemplate(t, shown, show) {
  return html`<div class="descent-aspects" role="group" aria-label=${t('descent.aspects')}>
    ${kAspects.map(
      (aspect) =>
        html`<button
          type="button"
          id="aspect-${aspect}"
          aria-pressed=${shown === aspect ? 'true' : 'false'}
          title=${t(`descent.${aspect}Tip`)}
          @click=${() => show(aspect)}
        >
          ${t(`descent.${aspect}`)}
        </button>`,
    )}
  </div>`;
}
