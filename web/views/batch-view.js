// The batch as the net received it: the pictures of the last training step, with everything that was done to them.

import './batch-view.css';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { className } from '../i18n/index.js';
import { MapCanvas, extent, fittingGrid } from '../widgets/maps.js';
import { createQuestion } from '../widgets/question.js';
import { themeOf } from '../widgets/theme.js';

/** @typedef {{shape: [number, number, number], images: Float32Array, labels: Uint8Array}} Batch */

const kShown = 24;
const kSide = 60;
/** Rarer than the eye would like, so that training is not disturbed; in ms. */
const kEvery = 1000;

export class BatchView extends View {
  #batch = signal(/** @type {Batch | null} */ (null));
  #visible = signal(false);
  /** @type {IntersectionObserver | undefined} */ #observer;
  #question = createQuestion({
    ask: () => this.app.actions.batch(kShown),
    take: (batch) => (this.#batch.value = batch),
    training: () => this.app.store.status.peek() === 'training',
    every: kEvery,
  });

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('batch-view');
    this.watch(() => {
      const { report, info } = this.app.store;
      info.value;
      report.value;
      if (this.#visible.value && document.visibilityState === 'visible') this.#question.want();
    });
    this.#observer = new IntersectionObserver(([{ isIntersecting }]) => (this.#visible.value = isIntersecting));
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#question.forget();
  }

  render() {
    const { store, t } = this.app;
    const batch = this.#batch.value;
    const count = batch?.labels.length ?? 0;
    const name = (/** @type {number} */ label) => className(t, store.data.value, label);
    return html`<section aria-labelledby="batch-title">
      <h2 id="batch-title">
        ${t('panel.batch')} ${help(t, 'batch')}
        ${
          batch && count
            ? exportMenu(this.app, {
                name: t('panel.batch'),
                numbers: () => rowsOf(batch, name),
                picture: () => this.querySelector('#batch'),
              })
            : nothing
        }
      </h2>
      ${
        batch && count
          ? html`<ol id="batch" class="batch-pictures" aria-label=${t('panel.batch')}>
              ${Array.from(
                batch.labels,
                (label, i) =>
                  html`<li data-label=${label}><canvas aria-hidden="true" data-picture=${i}></canvas>${name(label)}</li>`,
              )}
            </ol>`
          : html`<p class="muted">${t('batch.empty')}</p>`
      }
    </section>`;
  }

  updated() {
    const batch = this.#batch.peek();
    if (!batch?.labels.length) return;
    const theme = untracked(() => themeOf(this.app.store));
    const dpr = devicePixelRatio || 1;
    const grid = fittingGrid(batch.shape, kSide, dpr);
    const range = extent(batch.images);
    this.querySelectorAll('canvas').forEach((canvas, i) => {
      const map = new MapCanvas(canvas);
      map.layout(grid, dpr);
      // Ink on paper, unless preprocessing made some of it negative.
      map.paint(imageOf(batch, i), theme, range[0] < 0 ? 'signed' : 'unsigned', range);
    });
  }
}

/** @param {Batch} batch @param {number} index */
function imageOf({ shape: [h, w, c], images }, index) {
  return images.subarray(index * h * w * c, (index + 1) * h * w * c);
}

/** A row for each picture: its class, then its numbers. @param {Batch} batch @param {(label: number) => string} name */
function rowsOf(batch, name) {
  return Array.from(batch.labels, (label, i) => [name(label), ...imageOf(batch, i)]);
}

customElements.define('cnn-batch', BatchView);
