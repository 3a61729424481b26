// The history of a training as a slider: everything that shows the net shows it as it was after that step.

import './time-slider.css';
import { View, html, nothing } from './view.js';
import { help } from './help.js';

export class TimeSlider extends View {
  render() {
    const { store, actions, t } = this.app;
    const steps = store.snapshots.value;
    const past = store.past.value;
    if (steps.length < 2) return nothing;
    // One place beyond the last snapshot is now.
    const at = past === null ? steps.length : Math.max(0, steps.filter((step) => step <= past).length - 1);
    const now = past === null;
    const text = now ? t('past.now') : t('past.step', { step: past });
    return html`<section class="time-slider ${now ? '' : 'looking-back'}" aria-label=${t('panel.past')}>
      <label for="past-slider">${t('panel.past')}</label>
      ${help(t, 'past')}
      <input
        id="past-slider"
        type="range"
        min="0"
        max=${steps.length}
        step="1"
        title=${t('past.tip')}
        aria-valuetext=${text}
        .value=${String(at)}
        @input=${(/** @type {any} */ event) => actions.visit(steps[Number(event.target.value)] ?? null)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && !now && actions.visit(null)}
      />
      <output id="past-step" for="past-slider" data-value=${past ?? nothing}>${text}</output>
      <button
        id="past-now"
        class="quiet"
        ?disabled=${now}
        title=${t('past.backTip')}
        @click=${() => actions.visit(null)}
      >
        ${t('past.back')}
      </button>
    </section>`;
  }
}

customElements.define('cnn-time-slider', TimeSlider);
