// The trainer's other options (schedule, clipping, freezing, augmentation …), as the engine's catalogue describes them.

import { View, html } from './view.js';

/** What the train room has controls of its own for. */
const kElsewhere = ['optimizer', 'learning_rate', 'momentum', 'weight_decay', 'batch_size', 'seed'];

/**
 * @typedef {object} OptionField  a field of the catalogue
 * @property {string} key
 * @property {string} kind
 * @property {number | string} default
 * @property {string[]} [choices]
 * @property {number} [least]
 * @property {number} [most]
 */

export class TrainerOptions extends View {
  render() {
    const { store, t } = this.app;
    const { trainer = [], augment = [] } = store.catalogue.value ?? {};
    const others = trainer.filter((/** @type {OptionField} */ field) => !kElsewhere.includes(field.key));
    return html`
      <details id="trainer-options">
        <summary>${t('trainer.more')}</summary>
        <div class="fields">${others.map((/** @type {OptionField} */ field) => this.#field('trainer', field))}</div>
      </details>
      <details id="augment-options">
        <summary title=${t('augment.tip')}>${t('augment.title')}</summary>
        <div class="fields">${augment.map((/** @type {OptionField} */ field) => this.#field('augment', field))}</div>
      </details>
    `;
  }

  /** @param {'trainer' | 'augment'} group @param {OptionField} field */
  #field(group, field) {
    const { t } = this.app;
    const name = group === 'augment' ? `augment.${field.key}` : `trainer.${field.key}`;
    const label = t.has(name) ? t(name) : field.key;
    return html`
      <label class="field" title=${t.has(`${name}Tip`) ? t(`${name}Tip`) : label}>
        <span>${label}</span>
        ${field.choices ? this.#choice(group, field) : this.#input(group, field)}
      </label>
    `;
  }

  /** @param {'trainer' | 'augment'} group @param {OptionField} field */
  #choice(group, field) {
    const { t } = this.app;
    const now = this.#value(group, field);
    return html`
      <select
        id=${`${group}-${field.key}`}
        .value=${now}
        @change=${(/** @type {any} */ event) => this.#change(group, field, event.target.value)}
      >
        ${(field.choices ?? []).map((choice) => {
          const name = `choice.${field.key}.${choice}`;
          return html`<option value=${choice} ?selected=${choice === now}>${t.has(name) ? t(name) : choice}</option>`;
        })}
      </select>
    `;
  }

  /** @param {'trainer' | 'augment'} group @param {OptionField} field */
  #input(group, field) {
    const text = field.kind === 'text';
    return html`
      <input
        id=${`${group}-${field.key}`}
        type=${text ? 'text' : 'number'}
        min=${field.least ?? ''}
        max=${field.most ?? ''}
        step=${field.kind === 'integer' ? 1 : 'any'}
        autocomplete="off"
        .value=${String(this.#value(group, field))}
        @change=${(/** @type {any} */ event) => {
          const { value, validity } = event.target;
          const taken = text || (value.trim() !== '' && validity.valid);
          event.target.setAttribute('aria-invalid', taken ? 'false' : 'true');
          if (taken) this.#change(group, field, text ? value : Number(value));
        }}
      />
    `;
  }

  /** @param {'trainer' | 'augment'} group @param {OptionField} field @returns {any} */
  #value(group, field) {
    const changed = this.app.store.training.value ?? {};
    return (group === 'augment' ? changed.augment : changed)?.[field.key] ?? field.default;
  }

  /** Kept is only what differs from the engine's own values. @param {string} group @param {OptionField} field @param {any} value */
  #change(group, field, value) {
    const { augment, ...others } = this.app.store.training.value ?? {};
    const target = { ...(group === 'augment' ? augment : others), [field.key]: value };
    if (value === field.default) delete target[field.key];
    const [trainer, changes] = group === 'augment' ? [others, target] : [target, augment ?? {}];
    const training = Object.keys(changes).length ? { ...trainer, augment: changes } : trainer;
    this.app.actions.configure({ training: Object.keys(training).length ? training : null });
  }
}

customElements.define('cnn-trainer-options', TrainerOptions);
