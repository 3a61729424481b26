// Training: its settings, its curves, and the test over the complete set.

import './train-room.css';
import './trainer-options.js';
import { View, html, nothing } from './view.js';
import { help } from './help.js';
import { trainerOptions } from '../state/nets.js';
import { applies, usualRate, withOptimizer } from '../state/optimizers.js';
import { kMostWorkers } from '../worker/protocol.js';

/** The slider runs over powers of ten. */
const kSliderMin = -6;
const kSliderMax = 3;
const kBatches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** When the engine has not said which it has. */

export class TrainRoom extends View {
  render() {
    const { t } = this.app;
    return html`
      <div class="train-room">
        <section class="train-settings" aria-labelledby="train-settings-title">
          <h2 id="train-settings-title">${t('panel.settings')} ${help(t, 'settings')}</h2>
          <div class="fields">
            ${this.#optimizer()} ${this.#batch()} ${this.#learningRate()}
            ${this.#number('weight-decay', 'weightDecay', { min: 0, max: 1, step: 0.0001 })}
            ${this.#number('momentum', 'momentum', { min: 0, max: 0.9999, step: 0.01, hidden: !this.#applies('momentum') })}
            ${this.#number('seed', 'seed', { min: 0, max: 2147483647, step: 1 })} ${this.#workers()} ${this.#trainFrom()}
          </div>
          <cnn-trainer-options .app=${this.app}></cnn-trainer-options>
        </section>
        <section class="train-curves">
          <cnn-time-slider .app=${this.app}></cnn-time-slider>
          <cnn-curves .app=${this.app}></cnn-curves>
          <cnn-flow .app=${this.app}></cnn-flow>
          <cnn-batch .app=${this.app}></cnn-batch>
        </section>
        <section class="train-test" aria-labelledby="train-test-title">
          <h2 id="train-test-title">${t('panel.test')} ${help(t, 'test')}</h2>
          ${this.#test()}
          <cnn-confusion .app=${this.app}></cnn-confusion>
          <cnn-error-desk .app=${this.app}></cnn-error-desk>
        </section>
      </div>
    `;
  }

  /** The trainer's options, as the engine describes them. @returns {import('../../wasm/js/types.js').Field[]} */
  get #fields() {
    return this.app.store.catalogue.value?.trainer ?? [];
  }

  /** @param {string} key */
  #field(key) {
    return this.#fields.find((field) => field.key === key);
  }

  /** @param {string} key */
  #applies(key) {
    const field = this.#field(key);
    return field !== undefined && applies(field, trainerOptions(this.app.store));
  }

  #optimizer() {
    const { store, actions, t } = this.app;
    const choices = this.#field('optimizer')?.choices ?? [store.optimizer.value];
    return html`
      <label class="field" title=${t('setting.optimizerTip')}>
        <span>${t('setting.optimizer')}</span>
        <select
          id="optimizer"
          .value=${store.optimizer.value}
          @change=${(/** @type {any} */ { target }) =>
            actions.configure(
              withOptimizer(this.#fields, target.value, {
                optimizer: store.optimizer.value,
                learningRate: store.learningRate.value,
              }),
            )}
        >
          ${choices.map(
            (name) =>
              html`<option
                value=${name}
                ?selected=${name === store.optimizer.value}
              >
                ${t.has(`optimizer.${name}`) ? t(`optimizer.${name}`) : name}
              </option>`,
          )}
        </select>
      </label>
    `;
  }

  #learningRate() {
    const { store, actions, t } = this.app;
    const rate = store.learningRate.value;
    const position = rate > 0 ? Math.min(kSliderMax, Math.max(kSliderMin, Math.log10(rate))) : kSliderMin;
    return html`
      <div class="field wide" title=${t('setting.learningRateTip')}>
        <label for="learning-rate">${t('setting.learningRate')}</label>
        <span class="field-pair">
          <input
            id="learning-rate-slider"
            type="range"
            min=${kSliderMin}
            max=${kSliderMax}
            step="0.05"
            aria-label=${t('setting.learningRateSlider')}
            aria-valuetext=${String(rate)}
            .value=${String(position)}
            @input=${(/** @type {any} */ event) =>
              actions.configure({ learningRate: Number((10 ** Number(event.target.value)).toPrecision(2)) })}
          />
          <input
            id="learning-rate"
            type="text"
            inputmode="decimal"
            size="8"
            autocomplete="off"
            .value=${String(rate)}
            @change=${(/** @type {Event} */ event) => this.#take(event, 'learningRate')}
          />
        </span>
        ${this.#usual(rate)}
      </div>
    `;
  }

  /** The rate that the optimiser is usually begun with, where it is another. @param {number} rate */
  #usual(rate) {
    const { store, actions, t } = this.app;
    const usual = usualRate(this.#fields, store.optimizer.value);
    if (usual === undefined || usual === rate) return nothing;
    return html`<button
      id="usual-rate"
      class="link small"
      title=${t('setting.usualRateTip')}
      @click=${() => actions.configure({ learningRate: usual })}
    >
      ${t('setting.usualRate', { optimizer: t(`optimizer.${store.optimizer.value}`), rate: String(usual) })}
    </button>`;
  }

  #batch() {
    const { store, actions, t } = this.app;
    const now = store.batchSize.value;
    const sizes = kBatches.includes(now) ? kBatches : [...kBatches, now].sort((a, b) => a - b);
    return html`
      <label class="field" title=${t('setting.batchSizeTip')}>
        <span>${t('setting.batchSize')}</span>
        <select
          id="batch-size"
          .value=${String(now)}
          @change=${(/** @type {any} */ event) => actions.configure({ batchSize: Number(event.target.value) })}
        >
          ${sizes.map((size) => html`<option value=${size} ?selected=${size === now}>${size}</option>`)}
        </select>
      </label>
    `;
  }

  /**
   * @param {string} id
   * @param {'momentum' | 'weightDecay' | 'seed'} name
   * @param {{min: number, max: number, step: number, hidden?: boolean}} options
   */
  #number(id, name, { min, max, step, hidden = false }) {
    const { store, t } = this.app;
    return html`
      <label class="field" ?hidden=${hidden} title=${t(`setting.${name}Tip`)}>
        <span>${t(`setting.${name}`)}</span>
        <input
          id=${id}
          type="number"
          min=${min}
          max=${max}
          step=${step}
          .value=${String(store[name].value)}
          @change=${(/** @type {Event} */ event) => this.#take(event, name)}
        />
      </label>
    `;
  }

  #workers() {
    const { store, actions, t } = this.app;
    const now = store.workers.value;
    const name = (/** @type {number} */ count) =>
      count ? String(count) : t('setting.workersAutomatic', { count: actions.automaticWorkers() });
    return html`
      <label class="field wide" title=${t('setting.workersTip')}>
        <span>${t('setting.workers')}</span>
        <select
          id="workers"
          .value=${String(now)}
          @change=${(/** @type {any} */ event) => actions.configure({ workers: Number(event.target.value) })}
        >
          ${Array.from(
            { length: kMostWorkers + 1 },
            (_, count) => html`<option value=${count} ?selected=${count === now}>${name(count)}</option>`,
          )}
        </select>
      </label>
    `;
  }

  #trainFrom() {
    const { store, actions, t } = this.app;
    return html`
      <label class="field wide" title=${t('setting.trainFromTip')}>
        <span>${t('setting.trainFrom')}</span>
        <select
          id="train-from"
          .value=${store.trainFrom.value}
          @change=${(/** @type {any} */ event) => actions.configure({ trainFrom: event.target.value })}
        >
          ${['fresh', 'continue'].map(
            (id) =>
              html`<option value=${id} ?selected=${id === store.trainFrom.value}>${t(`trainFrom.${id}`)}</option>`,
          )}
        </select>
      </label>
    `;
  }

  /** A number that was typed: taken, or marked and left for correction. @param {Event} event @param {string} name */
  #take(event, name) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const text = input.value.trim().replace(',', '.');
    const taken = text !== '' && this.app.actions.configure({ [name]: Number(text) });
    input.setAttribute('aria-invalid', taken ? 'false' : 'true');
    input.setCustomValidity(taken ? '' : this.app.t('setting.refused'));
    if (!taken) input.reportValidity();
  }

  #test() {
    const { store, actions, t } = this.app;
    const evaluation = store.evaluation.value;
    const running = evaluation !== null && !evaluation.done;
    const { test } = store.datasetProgress.value;
    return html`
      <div class="test-row">
        <button
          id="evaluate"
          ?disabled=${running || !store.info.value}
          title=${t('test.tip')}
          @click=${() => actions.evaluate()}
        >
          ${t('test.run')}
        </button>
        ${
          running
            ? html`<progress
              max=${evaluation.total || test.total || 1}
              value=${evaluation.seen}
              aria-label=${t('test.progress')}
            ></progress>`
            : nothing
        }
      </div>
    `;
  }
}

customElements.define('cnn-train-room', TrainRoom);
