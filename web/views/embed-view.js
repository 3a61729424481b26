// The page inside a frame: the panels that the embedder chose, nothing else.

import './embed-view.css';
import { View, html, nothing, svg } from './view.js';
import { datasets, presets } from '../state/nets.js';

export class EmbedView extends View {
  static properties = { ...View.properties, panels: { attribute: false } };

  constructor() {
    super();
    /** @type {readonly import('../embed/options.js').Panel[]} */
    this.panels = [];
    /** The user pressed a button of the training: what was to happen on coming back is forgotten. */
    this.onPress = () => {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      const { language, theme } = this.app.store;
      document.documentElement.lang = language.value;
      document.documentElement.dataset.theme = theme.value;
      document.title = this.app.t('app.title');
    });
  }

  render() {
    const { app } = this;
    const { store, t } = app;
    const has = (/** @type {import('../embed/options.js').Panel} */ panel) => this.panels.includes(panel);
    if (store.status.value === 'unsupported') {
      return html`<main class="embed-unsupported">
        <p id="status" data-value="unsupported" role="alert">${t('unsupported.why')}</p>
      </main>`;
    }
    return html`
      <main
        class="embed ${this.#fills() ? 'fills' : ''}"
        data-panels=${this.panels.join(' ')}
        aria-label=${t('embed.label')}
        style=${this.#grid()}
      >
        <h1 class="visually-hidden">${t('app.name')}</h1>
        ${has('pick') ? this.#pick() : nothing}
        ${
          has('draw') || has('stages')
            ? html`<section class="embed-draw" aria-label=${t('panel.pad')}>
                ${has('draw') ? html`<cnn-draw-pad .app=${app}></cnn-draw-pad>` : nothing}
                ${has('stages') ? html`<cnn-stages .app=${app}></cnn-stages>` : nothing}
                ${has('draw') ? html`<cnn-prediction .app=${app}></cnn-prediction>` : nothing}
              </section>`
            : nothing
        }
        ${
          has('net')
            ? html`<section class="embed-net" aria-label=${t('panel.network')}>
                <cnn-network .app=${app}></cnn-network>
                <cnn-descent .app=${app}></cnn-descent>
                <cnn-slow-step .app=${app}></cnn-slow-step>
              </section>`
            : nothing
        }
        ${
          has('inspector')
            ? html`<section class="embed-inspector" aria-label=${t('panel.inspector')}>
                <cnn-inspector .app=${app}></cnn-inspector>
              </section>`
            : nothing
        }
        ${has('train') ? this.#train() : nothing} ${has('test') ? this.#test() : nothing}
        ${
          has('table')
            ? html`<section class="embed-table"><cnn-summary-table .app=${app}></cnn-summary-table></section>`
            : nothing
        }
        <footer class="embed-foot"><cnn-status .app=${app}></cnn-status>${this.#large()}</footer>
      </main>
    `;
  }

  /** Whether the panels fill the frame exactly, because one of them takes what is there. */
  #fills() {
    const has = new Set(this.panels);
    return has.has('net') && !has.has('test') && !has.has('table');
  }

  /** The grid of a wide frame: pad to the left, inspector to the right, all others between them. */
  #grid() {
    const has = new Set(this.panels);
    const left = has.has('draw') || has.has('stages') ? 'draw' : '';
    const right = has.has('inspector') ? 'inspector' : '';
    const middle = ['net', 'train', 'test', 'table'].filter((panel) => has.has(/** @type {any} */ (panel)));
    const columns = [left && '200px', middle.length ? 'minmax(0, 1fr)' : '', right && 'minmax(240px, 272px)'].filter(
      Boolean,
    );
    // One column alone may be as wide as the frame.
    if (columns.length === 1) columns[0] = 'minmax(0, 1fr)';
    const row = (/** @type {string} */ name) => `'${[left, name, right].filter(Boolean).join(' ')}'`;
    const whole = (/** @type {string} */ name) => `'${new Array(columns.length).fill(name).join(' ')}'`;
    const rows = middle.length ? middle.map(row) : [row('')];
    const heights = (middle.length ? middle : ['']).map((panel) => (panel === 'net' ? 'minmax(0, 1fr)' : 'auto'));
    const areas = [...(has.has('pick') ? [whole('pick')] : []), ...rows, whole('foot')];
    const sizes = [...(has.has('pick') ? ['auto'] : []), ...heights, 'auto'];
    return `--areas:${areas.join(' ')};--columns:${columns.join(' ')};--rows:${sizes.join(' ')}`;
  }

  #pick() {
    const { store, actions, t } = this.app;
    const { net, data } = store;
    const options = (/** @type {readonly string[]} */ ids, /** @type {string} */ chosen, /** @type {string} */ area) =>
      ids.map(
        (id) =>
          html`<option value=${id} ?selected=${id === chosen}>
            ${t.has(`${area}.${id}`) ? t(`${area}.${id}`) : id}
          </option>`,
      );
    return html`<div class="embed-pick">
      <label title=${t('toolbar.dataTip')}>
        ${t('toolbar.data')}
        <select
          id="dataset-picker"
          .value=${data.value}
          @change=${(/** @type {any} */ e) => actions.chooseData(e.target.value)}
        >
          ${options(datasets, data.value, 'data')}
        </select>
      </label>
      <label title=${t('toolbar.netTip')}>
        ${t('toolbar.net')}
        <select
          id="architecture-picker"
          .value=${net.value}
          @change=${(/** @type {any} */ e) => actions.chooseNet(e.target.value)}
        >
          ${options(presets, net.value, 'net')}
          ${net.value === 'custom' ? html`<option value="custom" selected>${t('net.custom')}</option>` : nothing}
        </select>
      </label>
    </div>`;
  }

  #train() {
    const { store, actions, t } = this.app;
    const status = store.status.value;
    const running = status === 'training' || status === 'waiting';
    const able = running || ['ready', 'paused', 'diverged'].includes(status);
    const press = (/** @type {() => unknown} */ run) => () => {
      this.onPress();
      run();
    };
    return html`<section class="embed-train" aria-label=${t('toolbar.training')}>
      <div class="embed-controls">
        <div class="embed-buttons">
          <button
            id="train-toggle"
            class="primary"
            aria-pressed=${running ? 'true' : 'false'}
            ?disabled=${!able}
            title=${t(running ? 'train.pauseTip' : 'train.startTip')}
            @click=${press(() => actions.toggle())}
          >
            <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" fill="currentColor">
              ${running ? svg`<path d="M2 1H5V11H2ZM7 1H10V11H7Z"></path>` : svg`<path d="M2 1 11 6 2 11Z"></path>`}
            </svg>
            ${t(running ? 'train.pause' : 'train.start')}
          </button>
          <button
            id="train-step"
            ?disabled=${!able || running}
            title=${t('train.stepTip')}
            @click=${press(() => actions.step())}
          >
            ${t('train.step')}
          </button>
          <button
            id="train-reset"
            ?disabled=${!able}
            title=${t('train.resetTip')}
            @click=${press(() => actions.reset())}
          >
            ${t('train.reset')}
          </button>
        </div>
        <cnn-metrics .app=${this.app}></cnn-metrics>
      </div>
      <cnn-curves .app=${this.app}></cnn-curves>
    </section>`;
  }

  #test() {
    const { store, actions, t } = this.app;
    const evaluation = store.evaluation.value;
    const busy = evaluation !== null && !evaluation.done;
    return html`<section class="embed-test" aria-label=${t('panel.test')}>
      <button
        id="evaluate"
        ?disabled=${busy || !store.info.value}
        title=${t('test.tip')}
        @click=${() => actions.evaluate()}
      >
        ${t('test.run')}
      </button>
      <cnn-confusion .app=${this.app}></cnn-confusion>
    </section>`;
  }

  #large() {
    const { t } = this.app;
    return html`<a
      id="open-large"
      href="index.html"
      target="_blank"
      rel="noopener"
      title=${t('embed.largeTip')}
      @pointerdown=${this.#address}
      @focus=${this.#address}
      >${t('embed.large')}</a
    >`;
  }

  /** The link takes along what is on the screen now. @param {Event} event */
  #address = async (event) => {
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
    link.href = `index.html${await this.app.actions.share()}`;
  };
}

customElements.define('cnn-embed', EmbedView);
