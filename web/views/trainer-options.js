// Every option of the trainer that has no place of its own in the form, as the engine's catalogue describes it. An
// option that a newer engine adds appears here by itself.

import './trainer-options.css';
import { View, html, nothing } from './view.js';
import { help } from './help.js';
import { trainerOptions } from '../state/nets.js';
import { applies } from '../state/optimizers.js';
import { fieldControl } from '../widgets/fields.js';

/** Those of the form above. */
const kElsewhere = ['optimizer', 'learning_rate', 'momentum', 'weight_decay', 'batch_size', 'seed'];
/** Group → beginnings of its options' names; what fits none is in the last. */
const kGroups = /** @type {const} */ ({
  schedule: ['schedule', 'warmup'],
  augment: ['augment.'],
  update: ['rho', 'beta', 'epsilon', 'l1_', 'clip_', 'accumulate', 'label_', 'ema'],
  rest: [''],
});

export class TrainerOptions extends View {
  render() {
    const { store, t } = this.app;
    const catalogue = store.catalogue.value;
    if (!catalogue) return nothing;
    /** @type {import('../../wasm/js/types.js').Field[]} */
    const fields = [
      ...catalogue.trainer.filter((/** @type {any} */ field) => !kElsewhere.includes(field.key)),
      ...catalogue.augment.map((/** @type {any} */ field) => ({ ...field, key: `augment.${field.key}` })),
    ];
    const options = trainerOptions(store);
    // What says nothing here is not shown, unless somebody has set it: then it says so.
    const shown = fields.filter((field) => field.key in store.trainer.value || applies(field, options));
    const group = (/** @type {string} */ key) =>
      Object.entries(kGroups).find(([, starts]) => starts.some((start) => key.startsWith(start)))?.[0];
    const changed = Object.keys(store.trainer.value).length;
    return html`<details class="trainer-options" id="trainer-options" ?open=${changed > 0}>
      <summary>${t('panel.options')} ${changed ? html`<span class="muted">· ${changed}</span>` : nothing}</summary>
      ${help(t, 'options')}
      ${Object.keys(kGroups).map((name) => {
        const own = shown.filter(({ key }) => group(key) === name);
        return own.length
          ? html`<fieldset>
            <legend>${t(`options.${name}`)}</legend>
            <div class="fields">${own.map((field) => this.#control(field, applies(field, options)))}</div>
          </fieldset>`
          : nothing;
      })}
    </details>`;
  }

  /** @param {import('../../wasm/js/types.js').Field} field @param {boolean} used */
  #control(field, used) {
    const { store, actions, t } = this.app;
    const { key } = field;
    const plain = key.replace(/^augment\./, '').replaceAll('_', ' ');
    const label = t.has(`trainer.${key}`) ? t(`trainer.${key}`) : plain;
    return fieldControl({
      id: `option-${key.replace('.', '-')}`,
      field,
      value: store.trainer.value[key],
      label: used ? label : t('options.unused', { label }),
      tip: t.has(`trainer.${key}Tip`) ? t(`trainer.${key}Tip`) : undefined,
      refused: t('setting.refused'),
      name: (choice) => (t.has(`schedule.${choice}`) ? t(`schedule.${choice}`) : choice),
      onChange: (value) => {
        const { [key]: before, ...others } = store.trainer.value;
        actions.configure({ trainer: value === field.default ? others : { ...others, [key]: value } });
      },
    });
  }
}

customElements.define('cnn-trainer-options', TrainerOptions);
