// How one number came about, as the engine tells it: the same few pictures for all layers, chosen by the kind of
// arithmetic and the terms, never by the layer.

import { html, nothing } from '../view.js';
import { formatValue, typeName } from '../../widgets/format.js';
import { arrange, sourceOf, strongest, termsOf } from '../../widgets/terms.js';
import { lossText } from './loss.js';
import { maskTemplate } from './mask.js';
import { numbersTemplate } from './numbers.js';

/** @typedef {import('../../widgets/terms.js').Term} Term */
/** @typedef {import('../../widgets/terms.js').Windows} Windows */
/** @typedef {import('../../../wasm/js/explain-types.js').PositionAnswer} PositionAnswer */
/**
 * @typedef {object} Station  one node of the way from its inputs to the number
 * @property {Omit<PositionAnswer, 'kind'> & {kind: PositionAnswer['kind'] | 'backward'}} answer
 * @property {Record<string, Float32Array>} arrays
 * @property {import('../../widgets/stages.js').LayerSummary} layer
 * @property {number[][]} shapes  of its inputs
 * @property {string} address
 * @property {import('./mask.js').Mask | null} [mask]  of dropout
 * @property {import('./loss.js').Loss} [loss]  of a number that a head reads
 */
/**
 * @typedef {object} Context
 * @property {import('../../i18n/index.js').Translate} t
 * @property {import('../../widgets/colour.js').Theme} theme
 * @property {number | null} focus   which of the window's channels is told in numbers; null: the one that adds most
 * @property {(channel: number) => void} setFocus
 * @property {(parameter: string, element: number) => void} pick  a weight
 * @property {(address: string) => void} open
 * @property {(address: string | null) => void} point  at a unit of the net: the formula and the net light up together
 */

/** Terms of a list that are shown; what the others add is one line. */
const kListed = 12;
/** Larger windows are shown as maps only. */
const kMostCells = 121;

/** @param {Station} station @param {Context} context */
export function stationTemplate(station, context) {
  const { answer, layer, address } = station;
  const { t } = context;
  const arranged = arrange(termsOf(station.arrays, station.shapes));
  return html`
    <section class="arithmetic" data-kind=${answer.kind} data-address=${address} data-result=${answer.result}>
      <header>
        <h3>${layer.name} <span class="muted">· ${typeName(t, layer.type)}</span></h3>
        <output>${formatValue(t, answer.result, 5)}</output>
      </header>
      <p class="muted">${t(`arithmetic.${answer.kind}`)}</p>
      ${arranged.form === 'windows' ? windows(station, arranged, context) : list(station, arranged, context)}
      ${numbers(answer, context)}
      ${station.loss ? html`<p class="arithmetic-sum arithmetic-loss">${lossText(t, station.loss)}</p>` : nothing}
      ${station.mask ? maskTemplate(t, station.mask, layer.attributes) : nothing}
    </section>
  `;
}

/** @param {Term} term @param {Station['answer']} answer @param {Context} context */
function picker({ tensor = -1, element = 0 }, { tensors }, { pick }) {
  return tensor < 0 ? undefined : () => pick(tensors[tensor], element);
}

/** @param {Station} station @param {Windows} arranged @param {Context} context */
function windows({ answer, layer, address }, arranged, context) {
  const { t, theme, setFocus } = context;
  const { cells, channels, sums, constants, columns, rows } = arranged;
  const strongestChannel = sums.reduce((best, sum, i) => (Math.abs(sum) > Math.abs(sums[best]) ? i : best), 0);
  const focus = Math.min(context.focus ?? strongestChannel, channels.length - 1);
  const own = cells[focus];
  const weighed = answer.kind === 'products' || answer.kind === 'backward';
  const backward = answer.kind === 'backward';
  const reach = (/** @type {'value' | 'weight' | 'product'} */ field) =>
    Math.max(...cells.flatMap((cell) => cell.map((term) => Math.abs(term?.[field] ?? 0))));
  const table = (/** @type {'value' | 'weight' | 'product'} */ field) =>
    numbersTemplate({
      cells: own.map(
        (term) =>
          term && {
            value: term[field],
            outside: field !== 'weight' && term.outside,
            marked: answer.kind === 'maximum' && term.weight === 1,
            pick: field === 'weight' ? picker(term, answer, context) : undefined,
          },
      ),
      columns: columns.length,
      reach: reach(field),
      label: t(`arithmetic.${field}Label`, { channel: channels[focus] }),
      theme,
      t,
    });
  const part = (/** @type {'value' | 'weight' | 'product'} */ field) => html`
    <figure class="arithmetic-part">
      ${own.length <= kMostCells ? table(field) : nothing}
      ${
        channels.length > 1 || own.length > kMostCells
          ? html`<canvas data-maps=${field} data-of=${address} aria-hidden="true"></canvas>`
          : nothing
      }
      <figcaption>${t(`arithmetic.${backward && field === 'value' ? 'gradient' : field}`)}</figcaption>
    </figure>
  `;
  const strides = [rows, columns].map((at) => (at.length > 1 ? at[1] - at[0] : 1));
  const total = sums.reduce((sum, each) => sum + each, 0);
  return html`
    ${
      channels.length > 1
        ? html`<div class="arithmetic-focus">
            <button
              type="button"
              class="quiet"
              aria-label=${t('arithmetic.previous')}
              title=${t('arithmetic.previous')}
              ?disabled=${focus === 0}
              @click=${() => setFocus(focus - 1)}
            >
              ‹
            </button>
            ${t('arithmetic.channel', { channel: channels[focus], count: channels.length })}
            <button
              type="button"
              class="quiet"
              aria-label=${t('arithmetic.next')}
              title=${t('arithmetic.next')}
              ?disabled=${focus === channels.length - 1}
              @click=${() => setFocus(focus + 1)}
            >
              ›
            </button>
          </div>`
        : nothing
    }
    <div class="arithmetic-parts">
      ${part('value')}
      ${weighed ? html`<span class="sign">×</span>${part('weight')}<span class="sign">=</span>${part('product')}` : nothing}
    </div>
    ${
      weighed
        ? html`<p class="arithmetic-sum">
            ${
              channels.length > 1
                ? html`${t('arithmetic.sumChannel', { sum: formatValue(t, sums[focus]) })}
                    · ${t('arithmetic.sumAll', { sum: formatValue(t, total) })}`
                : t('arithmetic.sumAll', { sum: formatValue(t, total) })
            }
            ${constants.map(({ product }) => html` ${t('arithmetic.bias', { bias: formatValue(t, product) })}`)}
            = <strong>${formatValue(t, answer.result, 5)}</strong>
          </p>`
        : nothing
    }
    <p class="muted small">
      ${t('arithmetic.window', {
        node: answer.inputs[0],
        top: rows[0],
        bottom: /** @type {number} */ (rows.at(-1)),
        left: columns[0],
        right: /** @type {number} */ (columns.at(-1)),
      })}
      ${own.some((term) => term?.outside) ? t('arithmetic.padding') : nothing}
      ${Math.max(...strides) > 1 ? t('arithmetic.dilation', { n: Math.max(...strides) }) : nothing}
      ${layer.attributes.stride ? t('arithmetic.stride', { stride: [layer.attributes.stride].flat().join('×') }) : nothing}
      ${answer.numbers.ties > 1 ? t('arithmetic.ties', { n: answer.numbers.ties }) : nothing}
    </p>
  `;
}

/** @param {Station} station @param {import('../../widgets/terms.js').List} arranged @param {Context} context */
function list({ answer, shapes }, { terms, constants }, context) {
  const { t, open, point } = context;
  if (answer.kind === 'input' || terms.length === 0) return nothing;
  const { shown, rest, sum } = strongest(terms, kListed);
  const most = Math.max(...shown.map(({ product }) => Math.abs(product)), 1e-30);
  const weighed = !['sum', 'copy', 'softmax', 'function'].includes(answer.kind);
  const address = (/** @type {Term} */ term) => sourceOf(term, answer.inputs, shapes);
  const weight = (/** @type {Term} */ term) => {
    const pick = picker(term, answer, context);
    const text = formatValue(t, term.weight);
    return pick
      ? html`<button type="button" class="link" title=${t('arithmetic.pick')} @click=${pick}>${text}</button>`
      : text;
  };
  return html`
    <table class="terms">
      <tbody>
        ${shown.map(
          (term) =>
            html`<tr @pointerenter=${() => point(address(term))} @pointerleave=${() => point(null)}>
              <th scope="row">
                <button type="button" class="link" title=${t('arithmetic.open')} @click=${() => open(address(term))}>
                  ${address(term)}
                </button>
              </th>
              <td>${formatValue(t, term.value)}</td>
              ${
                weighed
                  ? html`<td>× ${weight(term)}</td>
                      <td>= ${formatValue(t, term.product)}</td>`
                  : answer.kind === 'softmax'
                    ? html`<td>→ ${formatValue(t, term.product)}</td>
                        <td>÷ Σ = ${formatValue(t, term.product / answer.sum)}</td>`
                    : nothing
              }
              <td class="bar">
                <i
                  class=${term.product < 0 ? 'is-negative' : ''}
                  style="width:${(100 * Math.abs(term.product)) / most}%"
                ></i>
              </td>
            </tr>`,
        )}
        ${
          rest > 0
            ? html`<tr>
                <th scope="row">${t('arithmetic.others', { n: rest })}</th>
                <td></td>
                <td></td>
                <td>${formatValue(t, sum)}</td>
                <td></td>
              </tr>`
            : nothing
        }
        ${constants.map(
          ({ product }) =>
            html`<tr>
              <th scope="row">${t('arithmetic.biasName')}</th>
              <td></td>
              <td></td>
              <td>${formatValue(t, product)}</td>
              <td></td>
            </tr>`,
        )}
      </tbody>
    </table>
  `;
}

/** What the engine tells beside the terms. @param {Station['answer']} answer @param {Context} context */
function numbers({ kind, numbers: told, result }, { t }) {
  const value = (/** @type {string} */ name) => formatValue(t, told[name]);
  if (kind === 'normalization') {
    const { images, rows, columns, channels } = told;
    return html`
      <dl class="facts compact">
        ${['mean', 'variance', 'normalized', 'gamma', 'beta']
          .filter((name) => told[name] !== undefined)
          .map(
            (name) =>
              html`<div>
                <dt>${t(`arithmetic.${name}Name`)}</dt>
                <dd>${value(name)}</dd>
              </div>`,
          )}
      </dl>
      <p class="arithmetic-sum">
        ${value('gamma')} · ${value('normalized')} + ${value('beta')} = <strong>${formatValue(t, result, 5)}</strong>
      </p>
      <p class="muted small">
        ${images ? t('arithmetic.shared', { images, rows, columns, channels }) : t('arithmetic.fixed')}
      </p>
    `;
  }
  if (kind === 'softmax') {
    return html`<p class="arithmetic-sum">
      ${t('arithmetic.softmaxSum', { maximum: value('maximum'), sum: value('sum') })} =
      <strong>${formatValue(t, result, 5)}</strong>
    </p>`;
  }
  return nothing;
}
