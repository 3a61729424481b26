// The flow through the layers while the net trains, on a logarithmic scale: how large activations, gradients and
// updates are. Lines that fall apart over the depth tell of gradients that vanish or explode.

import './flow-plot.css';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { ChartSlot } from '../widgets/chart-slot.js';
import { formatValue } from '../widgets/format.js';
import { depthColour } from '../widgets/lines.js';
import { themeOf } from '../widgets/theme.js';

const kWhat = /** @type {const} */ (['gradient', 'activation', 'ratio']);
/** @typedef {(typeof kWhat)[number]} What */

export class FlowPlot extends View {
  #what = signal(/** @type {What} */ ('gradient'));
  #width = signal(0);
  /** Point under the pointer; null: the last one. @type {import('@preact/signals-core').Signal<number | null>} */
  #at = signal(null);
  #slot = new ChartSlot();
  /** @type {ResizeObserver | undefined} */ #observer;

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      this.app.store.flow.value;
      this.app.store.info.value;
      themeOf(this.app.store);
      this.#what.value;
      this.#width.value;
      this.#slot.scripts.value;
      untracked(() => this.updateComplete.then(() => this.#draw()));
    });
    this.#observer = new ResizeObserver(() => (this.#width.value = this.clientWidth));
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#slot.drop();
  }

  /** Layers that have such a number at all: {index in the summary, name}. */
  #layers() {
    const { info, flow } = this.app.store;
    const last = flow.value.at(-1);
    /** @type {{name: string}[]} */
    const layers = info.value?.summary.layers ?? [];
    return layers
      .map(({ name }, index) => ({ name, index }))
      .filter(({ index }) => typeof last?.[this.#what.value][index] === 'number');
  }

  render() {
    const { store, t } = this.app;
    const points = store.flow.value;
    if (points.length === 0) return nothing;
    const layers = this.#layers();
    const point = points[this.#at.value ?? points.length - 1] ?? points[points.length - 1];
    const theme = themeOf(store);
    return html`<section class="flow" aria-labelledby="flow-title">
      <div class="flow-bar">
        <h2 id="flow-title">
          ${t('panel.flow')} ${help(t, 'flow')}
          ${exportMenu(this.app, {
            name: t(`flow.${this.#what.value}`),
            numbers: () => [
              [t('curves.step'), ...layers.map(({ name }) => name)],
              ...points.map((each) => [each.step, ...layers.map(({ index }) => each[this.#what.peek()][index])]),
            ],
            picture: () => this.querySelector('.flow-body'),
          })}
        </h2>
        <select
          id="flow-what"
          aria-label=${t('flow.what')}
          title=${t(`flow.${this.#what.value}Tip`)}
          .value=${this.#what.value}
          @change=${(/** @type {any} */ event) => (this.#what.value = event.target.value)}
        >
          ${kWhat.map((what) => html`<option value=${what}>${t(`flow.${what}`)}</option>`)}
        </select>
        <span class="muted small">${t('curves.at', { step: point.step })}</span>
      </div>
      ${this.#slot.scripts.value === 'failed' ? html`<p role="alert">${t('curves.failed')}</p>` : nothing}
      <div class="flow-body">
        <div class="flow-canvas" aria-hidden="true"></div>
        <ol class="flow-key" id="flow-key" tabindex="0" aria-labelledby="flow-title">
          ${layers.map(({ name, index }, i) => {
            const value = /** @type {number} */ (point[this.#what.value][index] ?? NaN);
            return html`<li data-layer=${name} data-value=${value}>
              <i style="background:${depthColour(theme, i, layers.length)}"></i>
              <span>${name}</span><b>${formatValue(t, value, 2)}</b>
            </li>`;
          })}
        </ol>
      </div>
    </section>`;
  }

  #draw() {
    const { store, host, t } = this.app;
    const what = this.#what.peek();
    const points = store.flow.peek();
    const layers = untracked(() => this.#layers());
    const theme = themeOf(store);
    // A logarithm has no zero: such points are left out.
    const positive = (/** @type {number | null} */ value) => (value !== null && value > 0 ? value : null);
    this.#slot.draw({
      host,
      parent: this.querySelector('.flow-canvas'),
      key: [theme, t.language(), what, layers.map(({ name }) => name)],
      data: [
        points.map(({ step }) => step),
        ...layers.map(({ index }) => points.map((point) => positive(point[what][index]))),
      ],
      options: {
        log: true,
        share: false,
        series: layers.map(({ name }, i) => ({ label: name, colour: depthColour(theme, i, layers.length), width: 1.5 })),
        formatX: (v) => t.number(v),
        formatY: (v) => formatValue(t, v, 2),
        onCursor: (index) => (this.#at.value = index),
      },
    });
  }
}

customElements.define('cnn-flow', FlowPlot);
