// One training step in slow motion: batch, forward, loss, backward layer by layer, update. One station is lit at a time in
// the net above, with one sentence; the step itself is taken at the end, if one wants.

import { signal } from '@preact/signals-core';
import './slow-step.css';
import { View, html, nothing, untracked } from './view.js';
import { formatValue } from '../widgets/format.js';
import { MapCanvas, gridOf } from '../widgets/maps.js';
import { stagesOf } from '../widgets/stages.js';
import { themeOf } from '../widgets/theme.js';
import '../widgets/help.js';

/** @typedef {{kind: 'batch' | 'forward' | 'loss' | 'backward' | 'update', node: string | null}} Station */
/** @typedef {import('../../wasm/js/explain-types.js').StatisticsAnswer} StatisticsAnswer */
/** @typedef {{statistics: StatisticsAnswer, labels: number[], images: Float32Array}} Told */

const kStationMs = 1600;
const kBatchColumns = 16;

export class SlowStep extends View {
  #told = signal(/** @type {Told | null} */ (null));
  #at = signal(0);
  #playing = signal(false);
  #timer = 0;

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('slow-view');
    this.watch(() => {
      const { slow, info } = this.app.store;
      info.value;
      const open = slow.value;
      untracked(() => (open ? this.#ask() : this.#close()));
    });
    this.watch(() => {
      const station = this.#told.value && this.#stations()[this.#at.value];
      this.app.store.lit.value = station?.node ?? null;
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#close();
  }

  async #ask() {
    const { actions, store } = this.app;
    try {
      await actions.loadData('train', 1);
      const { answer: statistics } = await actions.explain({ about: 'statistics' }, 'step');
      const { answer, arrays } = await actions.explain({ about: 'batch' }, 'step');
      if (!store.slow.peek()) return;
      this.#told.value = { statistics, labels: answer.labels, images: arrays.images };
      this.#at.value = 0;
    } catch {
      store.slow.value = false; // no batch can be had: nothing to show
    }
  }

  #close() {
    this.#stop();
    this.#told.value = null;
    this.app.store.lit.value = null;
  }

  /** @returns {Station[]} */
  #stations() {
    const summary = this.app.store.info.value?.summary;
    const nodes = summary ? stagesOf(summary.layers).map(({ shown }) => shown.name) : [];
    return [
      { kind: 'batch', node: nodes[0] ?? null },
      ...nodes.slice(1).map((node) => /** @type {Station} */ ({ kind: 'forward', node })),
      { kind: 'loss', node: nodes.at(-1) ?? null },
      ...nodes.slice(0, -1).reverse().map((node) => /** @type {Station} */ ({ kind: 'backward', node })),
      { kind: 'update', node: null },
    ];
  }

  /** @param {Station} station @param {Told} told */
  #sentence({ kind, node }, { statistics, labels }) {
    const { t, store } = this.app;
    const value = (/** @type {number} */ number) => formatValue(t, number, 3);
    const found = statistics.nodes.find((each) => each.node === node);
    switch (kind) {
      case 'batch':
        return t('slow.batch', { count: labels.length });
      case 'forward':
        return t('slow.forward', {
          node: node ?? '',
          low: value(found?.activation.min ?? NaN),
          high: value(found?.activation.max ?? NaN),
          zeros: t.percent(found?.activation.zeros ?? 0, 0),
        });
      case 'loss':
        return t('slow.loss', { loss: value(statistics.loss ?? NaN), share: t.percent(statistics.accuracy ?? 0, 0) });
      case 'backward':
        return t('slow.backward', { node: node ?? '', norm: value(found?.gradient?.norm ?? 0) });
      case 'update': {
        const ratios = statistics.parameters.flatMap(({ ratio }) => ratio ?? []).sort((a, b) => a - b);
        return t('slow.update', {
          optimizer: t(`optimizer.${store.optimizer.value}`),
          ratio: t.percent(ratios[ratios.length >> 1] ?? 0, 2),
        });
      }
    }
  }

  render() {
    const { t, store, actions } = this.app;
    const told = this.#told.value;
    this.toggleAttribute('open', told !== null);
    if (!told) return nothing;
    const stations = this.#stations();
    const at = Math.min(this.#at.value, stations.length - 1);
    const playing = this.#playing.value;
    return html`
      <section id="slow-step" class="slow" aria-label=${t('slow.label')} data-station=${stations[at].kind} @keydown=${this.#onKey}>
        <header>
          <h2>${t('slow.label')}</h2>
          <cnn-help .label=${t('slow.label')} .text=${t('slow.help')}></cnn-help>
          <button type="button" class="quiet" id="slow-back" title=${t('slow.back')} aria-label=${t('slow.back')} ?disabled=${at === 0} @click=${() => this.#go(at - 1)}>‹</button>
          <button type="button" id="slow-play" aria-pressed=${playing ? 'true' : 'false'} title=${t('slow.playTip')} @click=${() => (playing ? this.#stop() : this.#play())}>
            ${playing ? '❚❚' : '▶'} ${t('descent.play')}
          </button>
          <button type="button" class="quiet" id="slow-next" title=${t('slow.next')} aria-label=${t('slow.next')} ?disabled=${at === stations.length - 1} @click=${() => this.#go(at + 1)}>›</button>
          <span class="muted small">${at + 1} / ${stations.length}</span>
          <span class="descent-space"></span>
          <button type="button" id="slow-take" title=${t('slow.takeTip')} @click=${() => this.#take(actions)}>${t('slow.take')}</button>
          <button type="button" class="quiet" aria-label=${t('slow.close')} title=${t('slow.close')} @click=${() => (store.slow.value = false)}>×</button>
        </header>
        <ol class="slow-track" aria-hidden="true">
          ${stations.map(({ kind }, i) => html`<li class="is-${kind} ${i === at ? 'is-here' : i < at ? 'is-past' : ''}"></li>`)}
        </ol>
        <p role="status"><strong>${t(`slow.${stations[at].kind}Name`)}</strong> ${this.#sentence(stations[at], told)}</p>
        ${stations[at].kind === 'batch' ? html`<canvas role="img" aria-label=${t('slow.batchName')}></canvas>` : nothing}
      </section>
    `;
  }

  updated() {
    const canvas = this.querySelector('canvas');
    const told = this.#told.peek();
    if (!canvas || !told) return;
    const [h, w, c] = this.app.store.info.peek().summary.layers[0].shape;
    const count = told.labels.length;
    // The batch beside one another, as maps are: [h, w, pictures].
    const values = new Float32Array(h * w * count);
    for (let i = 0; i < count; i++) for (let p = 0; p < h * w; p++) values[p * count + i] = told.images[(i * h * w + p) * c];
    const dpr = devicePixelRatio || 1;
    const map = new MapCanvas(canvas);
    const cell = Math.max(1, Math.round(dpr));
    map.layout(gridOf([h, w, count], { columns: kBatchColumns, cell, gap: 4 * cell }), dpr);
    map.paint(values, themeOf(this.app.store), 'unsigned');
  }

  /** @param {number} at */
  #go(at) {
    this.#stop();
    this.#at.value = at;
  }

  #play() {
    this.#playing.value = true;
    if (this.#at.peek() >= this.#stations().length - 1) this.#at.value = 0;
    this.#timer = window.setInterval(() => {
      if (this.#at.peek() >= this.#stations().length - 1) this.#stop();
      else this.#at.value++;
    }, kStationMs);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#playing.value = false;
  }

  /** @param {import('./view.js').App['actions']} actions */
  async #take(actions) {
    // The step that was shown, so from the weights that it was shown of.
    await actions.step({ goOn: true });
    await this.#ask();
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.app.store.slow.value = false;
  };
}

customElements.define('cnn-slow-step', SlowStep);
