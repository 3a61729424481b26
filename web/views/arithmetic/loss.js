// Where the gradient begins: what the net said, what the loss asked for, and what follows.

import { formatValue } from '../../widgets/format.js';

/**
 * @typedef {object} Loss
 * @property {Record<string, number>} told  the head's numbers
 * @property {number} value  what it read
 * @property {boolean} right  whether the value is that of the right class
 */

/** @param {import('../../i18n/index.js').Translate} t @param {Loss} loss */
export function lossText(t, { told, value, right }) {
  const number = (/** @type {number} */ each) => formatValue(t, each);
  const text = t(`arithmetic.loss.${demandOf(told, right)}`, {
    said: number(told.probability ?? value),
    asked: number(told.target ?? told.margin),
    gradient: number(told.miss),
    pushes: number(Math.abs(told.miss)),
  });
  if (told.scale === 1) return text;
  return `${text} ${t('arithmetic.loss.scale', { scale: number(told.scale), gradient: number(told.miss * told.scale) })}`;
}

/** Probabilities and values are drawn to a target, scores are kept apart by a margin. @param {Loss['told']} told @param {boolean} right */
function demandOf({ probability, target, miss }, right) {
  if (target !== undefined) return probability === undefined ? 'value' : 'probability';
  if (right) return 'ahead';
  return miss > 0 ? 'close' : 'behind';
}
