// The shelf of runs: pinned trainings side by side, as curves over each other and as a table of what differs.

import './runs-room.css';
import { signal } from '@preact/signals-core';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { differing } from '../state/runs.js';
import { ChartSlot } from '../widgets/chart-slot.js';
import { formatCount, formatValue } from '../widgets/format.js';
import { runColour } from '../widgets/lines.js';
import { align, smooth } from '../widgets/series.js';
import { themeOf } from '../widgets/theme.js';

/** @typedef {import('../state/runs.js').Run} Run */

const kCurves = /** @type {const} */ (['heldOutAccuracy', 'heldOutLoss', 'accuracy', 'loss']);
const kSmoothing = 0.8;

export class RunsRoom extends View {
  #curve = signal(/** @type {(typeof kCurves)[number]} */ ('heldOutAccuracy'));
  /** Runs whose curves are not drawn. */
  #hidden = signal(/** @type {ReadonlySet<number>} */ (new Set()));
  #width = signal(0);
  #slot = new ChartSlot();
  /** @type {ResizeObserver | undefined} */ #observer;

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      this.app.store.runs.value;
      themeOf(this.app.store);
      this.#curve.value;
      this.#hidden.value;
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

  render() {
    const { store, actions, t } = this.app;
    const runs = store.runs.value;
    const { report } = store;
    return html`<div class="runs-room">
      <section aria-labelledby="runs-title">
        <h2 id="runs-title" class="room-title">${t('panel.runs')} ${help(t, 'runs')}
          <button id="run-pin" class="primary" ?disabled=${!report.value} title=${t('runs.pinTip')} @click=${actions.pinRun}>
            ${t('runs.pin')}
          </button>
        </h2>
        ${runs.length ? this.#table(runs) : html`<p class="muted">${t('runs.empty')}</p>`}
      </section>
      ${runs.length ? this.#figure() : nothing}
    </div>`;
  }

  /** @param {readonly Run[]} runs */
  #table(runs) {
    const { t } = this.app;
    const names = differing(runs);
    return html`<div class="runs-scroll" role="group" tabindex="0" aria-labelledby="runs-title">
      <table id="runs" class="runs">
        <thead>
          <tr>
            <th scope="col">${t('runs.run')}</th>
            ${names.map((name) => html`<th scope="col" data-setting=${name}>${t(`setting.${name}`)}</th>`)}
            <th scope="col" title=${t('metric.heldoutTip')}>${t('metric.heldout')}</th>
            <th scope="col" title=${t('metric.lossTip')}>${t('metric.loss')}</th>
            <th scope="col" title=${t('metric.stepTip')}>${t('metric.step')}</th>
            <th scope="col" title=${t('runs.secondsTip')}>${t('runs.seconds')}</th>
            <th scope="col">${t('summary.parameters')}</th>
            <td></td>
          </tr>
        </thead>
        <tbody>${runs.map((run, index) => this.#row(run, index, names))}</tbody>
      </table>
    </div>`;
  }

  /** @param {Run} run @param {number} index @param {readonly string[]} names */
  #row(run, index, names) {
    const { store, actions, t } = this.app;
    const shown = !this.#hidden.value.has(run.id);
    const { net, data } = run.settings;
    const title = t('runs.name', { id: run.id, net: this.#value('net', net), data: this.#value('data', data) });
    return html`<tr data-run=${run.id}>
      <th scope="row">
        <label title=${t('runs.showTip')}>
          <input type="checkbox" .checked=${shown} @change=${() => this.#toggle(run.id)} />
          <i style="background:${runColour(themeOf(store), index)}"></i> ${title}
        </label>
      </th>
      ${names.map((name) => html`<td data-setting=${name}>${this.#value(name, run.settings[name])}</td>`)}
      <td data-value=${run.heldOut ?? nothing}>${run.heldOut === null ? '–' : t.percent(run.heldOut)}</td>
      <td>${run.loss === null ? '–' : formatValue(t, run.loss, 3)}</td>
      <td>${t.number(run.step)}</td>
      <td>${t.number(run.seconds, { maximumFractionDigits: 1 })}</td>
      <td>${formatCount(t, run.parameters)}</td>
      <td class="runs-buttons">
        <button class="quiet" data-do="repeat" title=${t('runs.repeatTip')} @click=${() => actions.repeatRun(run)}>
          ${t('runs.repeat')}
        </button>
        <button
          class="quiet"
          data-do="remove"
          aria-label=${t('runs.remove', { id: run.id })}
          title=${t('runs.remove', { id: run.id })}
          @click=${() => actions.removeRun(run.id)}
        >
          ×
        </button>
      </td>
    </tr>`;
  }

  /** A setting as the forms call it. @param {string} name @param {any} value */
  #value(name, value) {
    const { t } = this.app;
    if (value === null || value === undefined) return '–';
    if (typeof value === 'number') return formatValue(t, value);
    if (name === 'trainer') {
      const words = Object.entries(value).map(([key, each]) => `${key} ${each}`);
      return words.join(', ') || '–';
    }
    if (typeof value === 'object') return t('runs.ownNet', { count: value.layers?.length ?? 0 });
    return t.has(`${name}.${value}`) ? t(`${name}.${value}`) : String(value);
  }

  /** @param {number} id */
  #toggle(id) {
    const hidden = new Set(this.#hidden.value);
    if (!hidden.delete(id)) hidden.add(id);
    this.#hidden.value = hidden;
  }

  #figure() {
    const { t } = this.app;
    return html`<section aria-label=${t('runs.curves')}>
      <div class="runs-bar">
        <select
          id="runs-curve"
          aria-label=${t('runs.curves')}
          title=${t('runs.curvesTip')}
          .value=${this.#curve.value}
          @change=${(/** @type {any} */ event) => (this.#curve.value = event.target.value)}
        >
          ${kCurves.map((curve) => html`<option value=${curve}>${t(`runs.${curve}`)}</option>`)}
        </select>
        ${exportMenu(this.app, {
          name: t(`runs.${this.#curve.value}`),
          numbers: () => this.#rows(),
          picture: () => this.querySelector('.runs-canvas'),
        })}
      </div>
      ${this.#slot.scripts.value === 'failed' ? html`<p role="alert">${t('curves.failed')}</p>` : nothing}
      <div class="runs-canvas" aria-hidden="true"></div>
    </section>`;
  }

  /** The runs that are not hidden, each with its colour. */
  #drawn() {
    const { store } = this.app;
    const theme = themeOf(store);
    return store.runs
      .peek()
      .map((run, index) => ({ run, colour: runColour(theme, index) }))
      .filter(({ run }) => !this.#hidden.peek().has(run.id));
  }

  /** A column for each run. @returns {import('../widgets/rows.js').Row[]} */
  #rows() {
    const { t } = this.app;
    const runs = this.#drawn().map(({ run }) => run);
    const [steps, ...columns] = align(runs.map(({ curves }) => curves[this.#curve.peek()]));
    return [
      [t('curves.step'), ...runs.map(({ id }) => String(id))],
      ...steps.map((step, i) => [step, ...columns.map((column) => column[i])]),
    ];
  }

  #draw() {
    const { store, host, t } = this.app;
    const theme = themeOf(store);
    const curve = this.#curve.peek();
    const drawn = this.#drawn();
    const share = curve === 'accuracy' || curve === 'heldOutAccuracy';
    const heldOut = curve.startsWith('heldOut');
    const series = drawn.map(({ run }) => {
      const { x, y } = run.curves[curve];
      return { x, y: heldOut ? y : smooth(y, kSmoothing) };
    });
    this.#slot.draw({
      host,
      parent: this.querySelector('.runs-canvas'),
      key: [theme, t.language(), curve, drawn.map(({ run, colour }) => [run.id, colour])],
      data: align(series),
      options: {
        log: false,
        share,
        series: drawn.map(({ run, colour }) => ({ label: String(run.id), colour, width: 2, points: heldOut })),
        formatX: (v) => t.number(v),
        formatY: (v) => (share ? t.percent(v, 0) : formatValue(t, v, 2)),
        onCursor: () => {},
      },
    });
  }
}

customElements.define('cnn-runs-room', RunsRoom);
