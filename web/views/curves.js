// Loss and accuracy while the net trains, on the training batches and on held-out pictures.

import 'uplot/dist/uPlot.min.css';
import './curves.css';
import '../widgets/help.js';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { formatValue } from '../widgets/format.js';
import { align, sample, smooth, thin } from '../widgets/series.js';
import { cssValue, themeOf } from '../widgets/theme.js';

/** @typedef {'loss' | 'accuracy' | 'learningRate'} Kind */

/** Charts are drawn at most so often, in ms; the table for those who do not see them is written anew more rarely. */
const kEvery = 120;
const kTableEvery = 1000;

export class Curves extends View {
  #log = signal(false);
  /** 0…100; the weight of the moving average is 1 − 10^(−2·value/100). */
  #smoothing = signal(40);
  #width = signal(0);
  #some = signal(false);
  /** Whether the learning rate has changed: only then it is worth a curve. */
  #scheduled = signal(false);
  #table = signal(0);
  #tableAt = 0;
  #scripts = signal(/** @type {'none' | 'loading' | 'ready' | 'failed'} */ ('none'));
  /** @type {Partial<Record<Kind, import('../charts.js').Chart>>} */ #charts = {};
  /** @type {Partial<Record<Kind, (number | null)[][]>>} */ #data = {};
  #look = '';
  #timer = 0;
  #drawnAt = 0;
  /** @type {ResizeObserver | undefined} */ #observer;

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('curves-view');
    this.watch(() => {
      const { history } = this.app.store;
      history.version.value;
      this.#some.value = history.steps.length + history.heldOutSteps.length > 0;
      this.#scheduled.value = history.learningRate.some((rate) => rate !== history.learningRate[0]);
      this.app.store.past.value;
      themeOf(this.app.store);
      this.#log.value;
      this.#smoothing.value;
      this.#width.value;
      this.#scripts.value;
      untracked(() => this.#soon());
    });
    this.#observer = new ResizeObserver(() => (this.#width.value = this.clientWidth));
    this.#observer.observe(this);
    this.#width.value = this.clientWidth;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    clearTimeout(this.#timer);
    this.#destroy();
  }

  #destroy() {
    for (const chart of Object.values(this.#charts)) chart.destroy();
    this.#charts = {};
    this.#look = '';
  }

  render() {
    const { t } = this.app;
    const some = this.#some.value;
    return html`<section class="curves" aria-label=${t('curves.title')}>
      <div class="curves-bar">
        <span class="key train"><i></i>${t('curves.training')}</span>
        <span class="key held-out"><i></i>${t('curves.heldOut')}</span>
        <span class="curves-controls">
          <label title=${t('curves.log.help')}>
            <input
              type="checkbox"
              id="curves-log"
              .checked=${this.#log.value}
              @change=${(/** @type {any} */ e) => (this.#log.value = e.target.checked)}
            />
            ${t('curves.log')}
          </label>
          <label title=${t('curves.smoothing.help')}>
            ${t('curves.smoothing')}
            <input
              type="range"
              id="curves-smoothing"
              min="0"
              max="100"
              .value=${String(this.#smoothing.value)}
              @input=${(/** @type {any} */ e) => (this.#smoothing.value = Number(e.target.value))}
            />
          </label>
          <cnn-help .label=${t('curves.helpLabel')} .text=${t('curves.help')}></cnn-help>
          ${
            some
              ? exportMenu(this.app, {
                  name: t('curves.title'),
                  numbers: () => this.#history(),
                  picture: () => this.querySelector('.curves'),
                })
              : nothing
          }
        </span>
      </div>
      ${!some ? html`<p class="curves-empty muted">${t('curves.empty')}</p>` : nothing}
      ${this.#scripts.value === 'failed' ? html`<p role="alert">${t('curves.failed')}</p>` : nothing}
      <div class="curves-pair" ?hidden=${!some}>
        ${this.#figure('loss', t('curves.loss'))} ${this.#figure('accuracy', t('curves.accuracy'))}
        ${this.#scheduled.value ? this.#figure('learningRate', t('curves.learningRate')) : nothing}
      </div>
      ${some ? html`${this.#reached()} ${this.#rows()}` : nothing}
    </section>`;
  }

  /** @param {Kind} kind @param {string} title */
  #figure(kind, title) {
    return html`<figure class="curve" data-curve=${kind} aria-label=${title}>
      <figcaption><strong>${title}</strong> <span class="curve-readout"></span></figcaption>
      <div class="curve-canvas" aria-hidden="true"></div>
    </figure>`;
  }

  /** @returns {import('../widgets/rows.js').Row[]} */
  #history() {
    const { t } = this.app;
    const { steps, loss, accuracy, learningRate, ...heldOut } = this.app.store.history;
    const { heldOutSteps, heldOutLoss, heldOutAccuracy } = heldOut;
    const title = (/** @type {string[]} */ ...names) => names.map((name) => t(`curves.${name}`));
    return [
      title('step', 'loss', 'accuracy', 'learningRate'),
      ...steps.map((step, i) => [step, loss[i], accuracy[i], learningRate[i]]),
      title('step', 'heldOutLoss', 'heldOutAccuracy'),
      ...heldOutSteps.map((step, i) => [step, heldOutLoss[i], heldOutAccuracy[i]]),
    ];
  }

  /** How soon the net was how good. */
  #reached() {
    const { store, t } = this.app;
    this.#table.value;
    const { reached } = store.history;
    return html`<p class="curves-reached" title=${t('curves.reachedTip')} ?hidden=${reached.length === 0}>
      ${reached.map(
        ({ goal, step, seconds }) =>
          html`<span data-goal=${goal} data-value=${seconds}>
            ${t('curves.reached', {
              goal: t.percent(goal, 0),
              seconds: t.number(seconds, { maximumSignificantDigits: 2 }),
              step,
            })}
          </span>`,
      )}
    </p>`;
  }

  /** The curves for those who do not see them: a few rows, the last one always. */
  #rows() {
    const { store, t } = this.app;
    this.#table.value;
    const { steps, loss, accuracy, heldOutSteps, heldOutLoss, heldOutAccuracy } = store.history;
    const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (steps.length - 1)));
    const cell = (/** @type {number | undefined} */ v, percent = false) =>
      v === undefined ? '–' : percent ? t.percent(v) : formatValue(t, v);
    return html`<div class="visually-hidden">
      <table>
        <caption>
          ${t('curves.table')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t('curves.step')}</th>
            <th scope="col">${t('curves.loss')}</th>
            <th scope="col">${t('curves.accuracy')}</th>
            <th scope="col">${t('curves.heldOutLoss')}</th>
            <th scope="col">${t('curves.heldOutAccuracy')}</th>
          </tr>
        </thead>
        <tbody>
          ${[...new Set(rows)]
            .filter((i) => i >= 0)
            .map((i) => {
              const j = heldOutSteps.filter((step) => step <= steps[i]).length - 1;
              return html`<tr>
                <th scope="row">${t.number(steps[i])}</th>
                <td>${cell(loss[i])}</td>
                <td>${cell(accuracy[i], true)}</td>
                <td>${cell(heldOutLoss[j])}</td>
                <td>${cell(heldOutAccuracy[j], true)}</td>
              </tr>`;
            })}
        </tbody>
      </table>
    </div>`;
  }

  // Redrawing is bounded, however often reports come; while they come it waits for one, whose frame it shares.
  #soon() {
    clearTimeout(this.#timer);
    const wait = this.#drawnAt + kEvery - performance.now();
    this.#timer = setTimeout(() => this.#draw(), wait <= 0 ? 0 : wait + kEvery);
  }

  #draw() {
    const { store, host } = this.app;
    const { history } = store;
    if (!this.#some.peek() || this.clientWidth === 0 || !this.isConnected) return;
    if (this.#scripts.peek() !== 'ready') {
      if (this.#scripts.peek() !== 'none') return;
      this.#scripts.value = 'loading';
      host.loadScript('charts.js').then(
        () => (this.#scripts.value = 'ready'),
        () => (this.#scripts.value = 'failed'),
      );
      return;
    }
    this.#drawnAt = performance.now();
    if (this.#drawnAt > this.#tableAt + kTableEvery) {
      this.#tableAt = this.#drawnAt;
      this.#table.value++;
    }
    this.#drawKind('loss', history.loss, history.heldOutLoss);
    this.#drawKind('accuracy', history.accuracy, history.heldOutAccuracy);
    if (this.#scheduled.peek()) this.#drawKind('learningRate', history.learningRate, []);
  }

  /** @param {Kind} kind @param {number[]} train @param {number[]} heldOut */
  #drawKind(kind, train, heldOut) {
    const { store, t } = this.app;
    const figure = /** @type {HTMLElement | null} */ (this.querySelector(`[data-curve="${kind}"]`));
    const parent = figure?.querySelector('.curve-canvas');
    const width = parent?.clientWidth ?? 0;
    if (!figure || !parent || width === 0) return;
    const log = kind === 'loss' && this.#log.peek();
    const look = [themeOf(store), t.language(), this.#log.peek(), width, parent.clientHeight].join();
    if (this.#look !== look) {
      this.#destroy();
      this.#look = look;
    }
    const { steps, heldOutSteps } = store.history;
    const weight = 1 - 10 ** (-this.#smoothing.peek() / 50);
    // A logarithm has no zero: such points are left out.
    const shown = (/** @type {{x: number[], y: number[]}} */ s) => (log ? positive(s) : s);
    const raw = shown(thin(steps, train, Math.ceil(width / 2)));
    // A learning rate is no measurement: it is shown as it is, and is held out of nothing.
    const plain = kind === 'learningRate';
    const mean = shown(sample(steps, plain ? train : smooth(train, weight), width));
    const data = align([raw, mean, plain ? { x: [], y: [] } : shown({ x: heldOutSteps, y: heldOut })]);
    this.#data[kind] = data;
    const chart = (this.#charts[kind] ??= this.#create(kind, /** @type {HTMLElement} */ (parent), width, log));
    chart.set(data);
    chart.mark(store.past.peek());
    this.#read(kind, null);
  }

  /** @param {Kind} kind @param {HTMLElement} parent @param {number} width @param {boolean} log */
  #create(kind, parent, width, log) {
    const { t } = this.app;
    const [train, heldOut] = [cssValue(this, '--series-train'), cssValue(this, '--series-heldout')];
    const { createChart } = /** @type {any} */ (globalThis).cnnCharts;
    return createChart(parent, {
      width,
      height: parent.clientHeight,
      log,
      share: kind === 'accuracy',
      look: {
        ink: cssValue(this, '--muted'),
        grid: cssValue(this, '--line'),
        font: `12px ${getComputedStyle(this).fontFamily}`,
      },
      series: [
        { label: 'batch', colour: train, width: 1, opacity: 0.28 },
        { label: 'mean', colour: train, width: 2 },
        { label: 'held-out', colour: heldOut, width: 2, points: true },
      ],
      formatX: (/** @type {number} */ v) => t.number(v),
      formatY: (/** @type {number} */ v) => (kind === 'accuracy' ? t.percent(v, 0) : formatValue(t, v, 2)),
      onCursor: (/** @type {number | null} */ index) => this.#read(kind, index),
    });
  }

  /** Numbers under the pointer, else the last ones. @param {Kind} kind @param {number | null} index */
  #read(kind, index) {
    const { t } = this.app;
    const data = this.#data[kind];
    const readout = this.querySelector(`[data-curve="${kind}"] .curve-readout`);
    if (!data || !readout) return;
    const format = (/** @type {number} */ v) => (kind === 'accuracy' ? t.percent(v) : formatValue(t, v, 3));
    const last = data[0].length - 1;
    const at = (/** @type {number} */ series) => {
      for (let i = Math.min(last, index ?? last); i >= 0; i--) if (data[series][i] !== null) return data[series][i];
      return null;
    };
    const step = t('curves.at', { step: /** @type {number} */ (data[0][Math.min(last, index ?? last)] ?? 0) });
    const parts = [];
    const [mean, heldOut] = [at(2), at(3)];
    if (mean !== null) parts.push(kind === 'learningRate' ? format(mean) : `${t('curves.training')} ${format(mean)}`);
    if (heldOut !== null) parts.push(`${t('curves.heldOut')} ${format(heldOut)}`);
    const where = document.createElement('span');
    where.className = 'curve-at';
    where.textContent = `${step} · `;
    readout.replaceChildren(where, parts.join(' · '));
  }
}

/** @param {{x: number[], y: number[]}} series */
function positive({ x, y }) {
  const keep = y.map((v, i) => (v > 0 ? i : -1)).filter((i) => i >= 0);
  return { x: keep.map((i) => x[i]), y: keep.map((i) => y[i]) };
}

customElements.define('cnn-curves', Curves);
