// The strip of numbers: how far training is and how well it does. Raw values stand in data-value.

import './metrics.css';
import { View, html, nothing } from './view.js';

export class Metrics extends View {
  render() {
    const { store, t } = this.app;
    const report = store.report.value;
    const heldOut = store.heldOut.value;
    const evaluation = store.evaluation.value;
    const exact = (/** @type {number} */ digits) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits });
    return html`
      <dl class="metrics" aria-label=${t('panel.metrics')}>
        ${this.#metric('step', report?.step, report ? t.number(report.step) : '')}
        ${this.#metric('epoch', report?.epoch, report ? t.number(report.epoch, exact(2)) : '')}
        ${this.#metric('loss', report?.loss, report ? t.number(report.loss, exact(4)) : '')}
        ${this.#metric('accuracy', report?.accuracy, report ? t.percent(report.accuracy) : '')}
        ${this.#metric('heldout', heldOut?.accuracy, heldOut ? t.percent(heldOut.accuracy) : '')}
        ${this.#metric('speed', report?.imagesPerSecond, report ? t.number(Math.round(report.imagesPerSecond)) : '')}
        ${
          evaluation?.done && evaluation.complete
            ? this.#metric('test', evaluation.accuracy, t.percent(evaluation.accuracy, 2), 'metric-test')
            : nothing
        }
      </dl>
    `;
  }

  /** @param {string} name @param {number | undefined} value @param {string} text @param {string} [id] */
  #metric(name, value, text, id = `metric-${name}`) {
    const { t } = this.app;
    return html`
      <div class="metric" title=${t(`metric.${name}Tip`)}>
        <dt>${t(`metric.${name}`)}</dt>
        <dd id=${id} data-value=${value ?? nothing}>${value === undefined ? '–' : text}</dd>
      </div>
    `;
  }
}

customElements.define('cnn-metrics', Metrics);
