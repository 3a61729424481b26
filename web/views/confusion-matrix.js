// The complete test: how many pictures of each class were taken for which, and the accuracy over all of them.

import './confusion-matrix.css';
import '../widgets/help.js';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing } from './view.js';
import { colourOf, css, inkOn } from '../widgets/colour.js';
import { className } from '../i18n/index.js';
import { themeOf } from '../widgets/theme.js';

/** Arrow → rows and columns. @type {Record<string, [number, number]>} */
const kMoves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class ConfusionMatrix extends View {
  /** Cell under the pointer: [true class, predicted class]. */
  #look = signal(/** @type {[number, number] | null} */ (null));

  /** The cell that Tab reaches; arrows go on from there. */
  #tab = signal(/** @type {[number, number]} */ ([0, 0]));

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('confusion-view');
  }

  render() {
    const { store, t } = this.app;
    const report = store.evaluation.value;
    if (!report) return html`<p class="muted confusion-empty">${t('confusion.empty')}</p>`;
    const { accuracy, errors, seen, total, complete, done, confusion, step } = report;
    const count = confusion.length;
    const names = Array.from({ length: count }, (_, i) => className(t, store.data.value, i));
    const whole = complete && done;
    return html`<section class="confusion" aria-label=${t('confusion.title')}>
      <div class="confusion-result">
        <output
          id="test-accuracy"
          data-value=${seen > 0 ? accuracy : nothing}
          data-complete=${whole ? 'true' : 'false'}
          data-seen=${seen}
        >
          ${seen > 0 ? t.percent(accuracy, 2) : '–'}
        </output>
        <cnn-help .label=${t('confusion.helpLabel')} .text=${t('confusion.help')}></cnn-help>
        ${
          count > 0
            ? exportMenu(this.app, {
                name: t('confusion.title'),
                numbers: () => [['', ...names], ...confusion.map((row, i) => [names[i], ...row])],
                picture: () => this.querySelector('#confusion'),
              })
            : nothing
        }
        <span class="muted">
          ${done ? t('confusion.errors', { count: errors, total }) : t('confusion.progress', { seen, total })}
          ${done && step ? t('test.step', { step }) : nothing}
        </span>
      </div>
      ${count > 0 ? this.#table(names, confusion) : nothing}
    </section>`;
  }

  /** @param {string[]} names @param {number[][]} confusion */
  #table(names, confusion) {
    const { t } = this.app;
    const count = names.length;
    const most = Math.max(1, ...confusion.flat());
    return html`<table
        id="confusion"
        class=${names.some((name) => name.length > 2) ? 'named' : ''}
        @pointerover=${this.#onOver}
        @pointerleave=${() => (this.#look.value = null)}
        @focusin=${this.#onOver}
        @keydown=${this.#onKey}
      >
        <caption class="visually-hidden">
          ${t('confusion.caption')}
        </caption>
        <thead>
          <tr class="confusion-axis">
            <td rowspan="2" class="confusion-corner">${t('confusion.truth')}</td>
            <th colspan=${count} scope="colgroup">${t('confusion.predicted')}</th>
          </tr>
          <tr>
            ${names.map((name, i) => html`<th scope="col" class=${this.#on(1, i)}><span>${name}</span></th>`)}
          </tr>
        </thead>
        <tbody>
          ${confusion.map(
            (row, i) =>
              html`<tr>
                <th scope="row" class=${this.#on(0, i)} title=${t('confusion.true', { name: names[i] })}>
                  <span>${names[i]}</span>
                </th>
                ${row.map((n, j) => this.#cell(i, j, n, most, names))}
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="confusion-say muted">${this.#sentence(names, confusion)}</p>`;
  }

  /** @param {0 | 1} axis @param {number} index */
  #on(axis, index) {
    return this.#look.value?.[axis] === index ? 'on' : '';
  }

  /** @param {number} i @param {number} j @param {number} n @param {number} most @param {string[]} names */
  #cell(i, j, n, most, names) {
    const { store, actions, t } = this.app;
    const open = store.cell.value?.[0] === i && store.cell.value[1] === j;
    const text = t(i === j ? 'confusion.hit' : 'confusion.miss', { from: names[i], to: names[j], count: n });
    // Errors are few beside what is right; a logarithm lets both be seen. The number says the rest.
    const colour = colourOf(themeOf(store), 'unsigned', Math.log1p(n) / Math.log1p(most));
    return html`<td
      data-true=${i}
      data-predicted=${j}
      class=${i === j ? 'right' : ''}
      style="background:${css(colour)};color:${css(inkOn(colour))}"
    >
      <button
        title=${text}
        aria-pressed=${open ? 'true' : 'false'}
        tabindex=${i === this.#tab.value[0] && j === this.#tab.value[1] ? 0 : -1}
        @click=${() => actions.showCell(open ? null : [i, j])}
      >
        ${n === 0 ? nothing : t.number(n, { useGrouping: false })}
      </button>
    </td>`;
  }

  /** @param {string[]} names @param {number[][]} confusion */
  #sentence(names, confusion) {
    const { t } = this.app;
    const look = this.#look.value;
    if (look) {
      const [i, j] = look;
      return t(i === j ? 'confusion.hit' : 'confusion.miss', { from: names[i], to: names[j], count: confusion[i][j] });
    }
    let worst = { i: 0, j: 0, n: 0 };
    confusion.forEach((row, i) => row.forEach((n, j) => i !== j && n > worst.n && (worst = { i, j, n })));
    if (worst.n === 0) return '';
    return t('confusion.worst', { from: names[worst.i], to: names[worst.j], count: worst.n });
  }

  /** @param {Event} event */
  #onOver = (event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest('td[data-true]');
    const { true: i, predicted: j } = /** @type {HTMLElement | null} */ (cell)?.dataset ?? {};
    this.#look.value = i === undefined ? null : [Number(i), Number(j)];
    if (this.#look.value && event.type === 'focusin') this.#tab.value = this.#look.value;
  };

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const move = kMoves[event.key];
    const [i, j] = this.#tab.value;
    if (!move) return;
    const next = this.querySelector(`td[data-true="${i + move[0]}"][data-predicted="${j + move[1]}"] button`);
    event.preventDefault();
    /** @type {HTMLElement | null} */ (next)?.focus();
  };
}

customElements.define('cnn-confusion', ConfusionMatrix);
