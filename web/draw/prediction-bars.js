// What the net says: its answer in large type, and the probability of each class.

import './prediction-bars.css';
import { View, computed, html, nothing } from '../views/view.js';
import { help } from '../views/help.js';
import { className } from '../i18n/index.js';

/** Heads whose output is a probability for each class; of the others it is a score, which may be any number. */
const kProbable = ['softmax', 'binary_cross_entropy'];

export class PredictionBars extends View {
  #blank = computed(() => !this.app.store.testImage.value && !this.app.store.strokes.value?.length);

  render() {
    const { store, t } = this.app;
    const prediction = store.prediction.value;
    const data = store.data.value;
    const image = store.testImage.value;
    const probabilities = prediction?.probabilities ?? new Array(10).fill(0);
    const blank = this.#blank.value;
    const best = prediction && !blank ? prediction.class : -1;
    const { output, layers = [] } = store.info.value?.summary ?? {};
    const type = layers.find((/** @type {any} */ { name }) => name === output)?.type;
    const probable = !prediction || kProbable.includes(type);
    const reach = probable ? 1 : Math.max(1e-30, ...probabilities.map(Math.abs));
    const words = (/** @type {number} */ value, /** @type {number} */ digits) =>
      probable ? t.percent(value, digits) : t.number(value, { maximumSignificantDigits: digits + 2 });
    const named = t.has(`class.${data}.0`);
    const truth = image && best >= 0 ? image.label === best : null;
    return html`
      <div
        id="prediction"
        class="prediction"
        role="status"
        aria-live="off"
        title=${t(probable ? 'prediction.tip' : 'prediction.scoreTip')}
        data-class=${best >= 0 ? best : nothing}
        data-probability=${best >= 0 && probable ? probabilities[best] : nothing}
      >
        <span class="prediction-class ${named ? 'named' : ''}">${best >= 0 ? className(t, data, best) : '–'}</span>
        <span class="prediction-probability">
          ${best >= 0 ? words(probabilities[best], 1) : t('prediction.nothing')}
          ${
            image
              ? html`<span class="prediction-truth ${truth ? 'right' : 'wrong'}">
                ${t(truth ? 'prediction.right' : 'prediction.wrong', { name: className(t, data, image.label) })}
              </span>`
              : nothing
          }
        </span>
        ${help(t, 'prediction')}
      </div>
      <ol class="bars ${named ? 'named' : ''}" aria-label=${t('panel.prediction')}>
        ${probabilities.map((value, index) => {
          const shown = blank ? 0 : value;
          return html`
            <li
              id="prediction-${index}"
              class="${index === best ? 'best' : ''} ${shown < 0 ? 'is-negative' : ''}"
              data-probability=${probable ? shown : nothing}
              data-score=${probable ? nothing : shown}
              title=${t('prediction.barTip', { name: className(t, data, index), percent: words(shown, 2) })}
            >
              <span class="bar-name">${className(t, data, index)}</span>
              <span class="bar-track"><span class="bar-fill" style="background-size: ${((100 * Math.abs(shown)) / reach).toFixed(1)}% 100%"></span></span>
              <span
                class="bar-value"
              >
                ${
                  probable
                    ? t.number(100 * shown, { maximumFractionDigits: 1, minimumFractionDigits: 1 })
                    : words(shown, 1)
                }
              </span>
            </li>
          `;
        })}
      </ol>
    `;
  }
}

customElements.define('cnn-prediction', PredictionBars);
