// One weight, backwards: how its gradient came about, and what the optimiser will make of it in the next step.

import { AskingView } from './asking-view.js';
import { html, nothing } from './view.js';
import { formatAddress, formatValue } from '../widgets/format.js';

/** @typedef {import('../../wasm/js/explain-types.js').ParameterAnswer} ParameterAnswer */
/** @typedef {import('../../wasm/js/explain-types.js').UpdateAnswer} UpdateAnswer */
/** @typedef {{address: string, value: number, gradient: number, product: number}} Share */
/** @typedef {{answer: ParameterAnswer, shares: Share[], update: UpdateAnswer | null}} Told */

const kShares = 8;

/** As engine/kernels/update.h has them: w the weight, g its gradient, η the learning rate. */
const rules = /** @type {Record<string, string>} */ ({
  sgd: 'w ← w − η·g',
  momentum: 'v ← μ·v + g;  w ← w − η·v',
  nesterov: 'v ← μ·v + g;  w ← w − η·(g + μ·v)',
  adagrad: 'v ← v + g²;  w ← w − η·g / (√v + ε)',
  adadelta: 'v ← ρ·v + (1−ρ)·g²;  d = √(m + ε) / √(v + ε)·g;  m ← ρ·m + (1−ρ)·d²;  w ← w − η·d',
  rmsprop: 'v ← ρ·v + (1−ρ)·g²;  w ← w − η·g / (√v + ε)',
  adam: 'm ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  w ← w − η·m̂ / (√v̂ + ε)',
  adamw: 'm ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  w ← (1−η·λ)·w − η·m̂ / (√v̂ + ε)',
});

/** @extends {AskingView<Told>} */
export class WeightView extends AskingView {
  static properties = { ...AskingView.properties, parameter: { attribute: false }, element: { attribute: false } };

  constructor() {
    super();
    this.parameter = '';
    this.element = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('weight-view');
  }

  /** @returns {Promise<Told>} */
  async ask() {
    const { parameter, element } = this;
    const { actions, store } = this.app;
    const label = store.prediction.peek()?.label ?? -1;
    const { answer, arrays } = await actions.explain({ about: 'parameter', parameter, element, label, count: kShares });
    const node = parameter.slice(0, parameter.lastIndexOf('/'));
    const shares = Array.from(arrays.product, (product, i) => ({
      address: formatAddress({ node, channel: arrays.channel[i], row: arrays.row[i], column: arrays.column[i] }),
      value: arrays.weight[i],
      gradient: arrays.gradient[i],
      product,
    }));
    // The step needs a batch; where none has arrived, the gradient alone is told.
    await actions.loadData('train', 1);
    const step = await actions.explain({ about: 'update', parameter, element }, 'step').catch(() => null);
    return { answer, shares, update: step?.answer ?? null };
  }

  render() {
    const { t, store } = this.app;
    const told = this.answer.value;
    if (!told) return nothing;
    const { answer, shares, update } = told;
    const { optimizer } = store;
    const number = (/** @type {number | undefined} */ value) => formatValue(t, value ?? NaN, 5);
    return html`<section class="arithmetic" data-kind="weight" data-gradient=${answer.gradient} data-sum=${answer.sum}>
      <header>
        <h3>${answer.parameter}<span class="muted">[${answer.element}]</span></h3>
        <output>${number(answer.value)}</output>
      </header>
      <p class="muted">${t('weight.gradient', { total: answer.total })}</p>
      <table class="terms">
        <tbody>
          ${shares.map(
            ({ address, value, gradient, product }) =>
              html`<tr
                @pointerenter=${() => (store.pointed.value = address)}
                @pointerleave=${() => (store.pointed.value = null)}
              >
                <th scope="row">${address}</th>
                <td>${formatValue(t, gradient)}</td>
                <td>× ${formatValue(t, value)}</td>
                <td>= ${formatValue(t, product)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="arithmetic-sum">∂L/∂w = Σ = <strong>${number(answer.gradient ?? answer.sum)}</strong></p>
      ${
        update
          ? html`<p class="muted">${t('weight.update', { optimizer: t(`optimizer.${optimizer.value}`) })}</p>
              <p class="arithmetic-sum"><code>${rules[optimizer.value] ?? nothing}</code></p>
              <p class="arithmetic-sum" data-before=${update.before} data-after=${update.after}>
                ${t('weight.beforeAfter', {
                  gradient: number(update.gradient),
                  before: number(update.before),
                  after: number(update.after),
                })}
              </p>`
          : nothing
      }
    </section>`;
  }
}

customElements.define('cnn-weight', WeightView);
