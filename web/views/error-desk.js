// The error desk: the test pictures behind the numbers. The worst mistakes first, or those of one cell of the confusion
// matrix, or all; each can be put onto the net.

import './error-desk.css';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { className } from '../i18n/index.js';
import { drawPicture } from '../draw/ink.js';
import { chosen } from '../widgets/answers.js';
import { formatValue } from '../widgets/format.js';
import { themeOf } from '../widgets/theme.js';

const kPerPage = 24;
const kKinds = /** @type {const} */ (['mistakes', 'unsure', 'all']);

export class ErrorDesk extends View {
  #kind = signal(/** @type {import('../widgets/answers.js').Kind} */ ('mistakes'));
  #page = signal(0);
  #pictures = signal(/** @type {{index: number, pixels: Uint8Array, label: number}[]} */ ([]));
  /** What the pictures were asked with; an older answer is dropped. */
  #asked = '';

  connectedCallback() {
    super.connectedCallback();
    const { store } = this.app;
    this.watch(() => {
      store.evaluation.value;
      store.cell.value;
      this.#kind.value;
      untracked(() => (this.#page.value = 0));
    });
    this.watch(() => {
      const indices = this.#shown().slice(this.#page.value * kPerPage, (this.#page.value + 1) * kPerPage);
      untracked(() => this.#ask(indices));
    });
    this.watch(() => {
      themeOf(store);
      untracked(() => this.#paint());
    });
  }

  updated() {
    this.#paint();
  }

  /** Indices of the test pictures of the list, in its order. */
  #shown() {
    const { evaluation, cell } = this.app.store;
    return evaluation.value?.classes ? chosen(evaluation.value, this.#kind.value, cell.value) : [];
  }

  /** @param {number[]} indices */
  async #ask(indices) {
    const asked = `${this.app.store.data.peek()} ${indices}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    const pictures = indices.length ? await this.app.actions.images('test', indices).catch(() => []) : [];
    if (asked === this.#asked) this.#pictures.value = pictures;
  }

  render() {
    const { store, t } = this.app;
    if (!store.evaluation.value?.classes) return nothing;
    const shown = this.#shown();
    return html`<section class="error-desk" aria-labelledby="error-desk-title">
      <h2 id="error-desk-title">
        ${t('panel.errors')} ${help(t, 'errors')}
        ${
          shown.length
            ? exportMenu(this.app, {
                name: t('panel.errors'),
                numbers: () => this.#rows(shown),
                picture: () => this.querySelector('#error-pictures'),
              })
            : nothing
        }
      </h2>
      <div class="error-bar">${this.#choice()} <span class="pager">${this.#pager(shown.length)}</span></div>
      ${
        shown.length
          ? html`<div id="error-pictures" class="error-pictures">
            ${this.#pictures.value.map((picture) => this.#picture(picture))}
          </div>`
          : html`<p class="muted">${t('errors.none')}</p>`
      }
    </section>`;
  }

  /** All pictures of the list, also those of other pages. @param {number[]} shown @returns {import('../widgets/rows.js').Row[]} */
  #rows(shown) {
    const { store, t } = this.app;
    const { classes, labels, losses } = /** @type {any} */ (store.evaluation.peek());
    const name = (/** @type {number} */ index) => className(t, store.data.peek(), index);
    return [
      ['', t('confusion.truth'), t('confusion.predicted'), t('curves.loss')],
      ...shown.map((index) => [index, name(labels[index]), name(classes[index]), losses[index]]),
    ];
  }

  #choice() {
    const { store, actions, t } = this.app;
    const cell = store.cell.value;
    if (cell) {
      const [from, to] = cell.map((index) => className(t, store.data.value, index));
      return html`<span id="error-cell" data-true=${cell[0]} data-predicted=${cell[1]}>
          ${t(cell[0] === cell[1] ? 'errors.hit' : 'errors.cell', { from, to })}
        </span>
        <button id="error-back" class="quiet" title=${t('errors.backTip')} @click=${() => actions.showCell(null)}>
          ${t('errors.back')}
        </button>`;
    }
    return html`<select
      id="error-kind"
      aria-label=${t('errors.kind')}
      title=${t('errors.kindTip')}
      .value=${this.#kind.value}
      @change=${(/** @type {any} */ event) => (this.#kind.value = event.target.value)}
    >
      ${kKinds.map((kind) => html`<option value=${kind}>${t(`errors.${kind}`)}</option>`)}
    </select>`;
  }

  /** @param {number} count */
  #pager(count) {
    const { t } = this.app;
    const pages = Math.max(1, Math.ceil(count / kPerPage));
    const page = this.#page.value;
    const turn = (/** @type {string} */ key, /** @type {number} */ by, /** @type {string} */ sign) =>
      html`<button
        class="quiet"
        ?disabled=${page + by < 0 || page + by >= pages}
        title=${t(key)}
        aria-label=${t(key)}
        @click=${() => (this.#page.value += by)}
      >
        ${sign}
      </button>`;
    return html`${turn('data.before', -1, '‹')}
      <span class="muted small">${t('data.page', { page: page + 1, pages })}</span>
      ${turn('data.after', 1, '›')}`;
  }

  /** @param {{index: number, label: number}} picture */
  #picture({ index, label }) {
    const { store, actions, t } = this.app;
    const { classes, losses } = /** @type {any} */ (store.evaluation.value);
    const shown = store.testImage.value;
    const [truth, taken] = [label, classes[index]].map((each) => className(t, store.data.value, each));
    const loss = formatValue(t, losses[index], 2);
    const name = t(label === classes[index] ? 'errors.right' : 'errors.wrong', {
      index: String(index),
      truth,
      taken,
      loss,
    });
    return html`<button
      class="picture error-picture"
      data-index=${index}
      data-loss=${losses[index]}
      aria-pressed=${shown?.part === 'test' && shown.index === index ? 'true' : 'false'}
      title=${name}
      @click=${() => actions.showTestImage(index)}
    >
      <canvas width="56" height="56"></canvas>
      <span class=${label === classes[index] ? 'hit' : 'miss'}>
        ${label === classes[index] ? truth : html`${truth} →&#8239;${taken}`}
      </span>
    </button>`;
  }

  #paint() {
    const [h, w] = this.app.store.manifest.peek()?.shape ?? [28, 28];
    const pictures = this.#pictures.peek();
    this.querySelectorAll('canvas').forEach((canvas, at) => {
      const context = canvas.getContext('2d');
      if (!context || !pictures[at]) return;
      context.clearRect(0, 0, canvas.width, canvas.height);
      const colour = getComputedStyle(canvas).getPropertyValue('--pad-ink').trim();
      drawPicture(context, pictures[at].pixels, h, w, canvas.width, colour);
    });
  }
}

customElements.define('cnn-error-desk', ErrorDesk);
