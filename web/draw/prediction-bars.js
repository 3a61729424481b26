// What the net says: its answer in large type, and the probability of each class.

import './prediction-bars.css';
import { View, html, nothing } from '../views/view.js';
import { help } from '../views/help.js';
import { className } from '../i18n/index.js';

export class PredictionBars extends View {
  render() {
    const { store, t } = this.app;
    const prediction = store.prediction.value;
    const data = store.data.value;
    const image = store.testImage.value;
    const probabilities = prediction?.probabilities ?? new Array(10).fill(0);
    const blank = !image && (store.strokes.value ?? []).length === 0;
    const best = prediction && !blank ? prediction.class : -1;
    const named = t.has(`class.${data}.0`);
    const truth = image && best >= 0 ? image.label === best : null;
    return html`
      <div
        id="prediction"
        class="prediction"
        role="status"
        aria-live="off"
        title=${t('prediction.tip')}
        data-class=${best >= 0 ? best : nothing}
        data-probability=${best >= 0 ? probabilities[best] : nothing}
      >
        <span class="prediction-class ${named ? 'named' : ''}">${best >= 0 ? className(t, data, best) : '–'}</span>
        <span class="prediction-probability">
          ${best >= 0 ? t.percent(probabilities[best]) : t('prediction.nothing')}
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
              class=${index === best ? 'best' : ''}
              data-probability=${shown}
              title=${t('prediction.barTip', { name: className(t, data, index), percent: t.percent(shown, 2) })}
            >
              <span class="bar-name">${className(t, data, index)}</span>
              <span class="bar-track"><span class="bar-fill" style="transform: scaleX(${shown})"></span></span>
              <span
                class="bar-value"
              >
                ${t.number(100 * shown, { maximumFractionDigits: 1, minimumFractionDigits: 1 })}
              </span>
            </li>
          `;
        })}
      </ol>
    `;
  }
}

customElements.define('cnn-prediction', PredictionBars);
