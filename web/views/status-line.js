// What the page is doing, in a word, and what it has to say, in a sentence with at most one thing to do about it.

import './status-line.css';
import { View, html, nothing } from './view.js';

export class StatusLine extends View {
  static properties = { ...View.properties, online: { state: true } };

  constructor() {
    super();
    this.online = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.online = this.app.host.page.online();
    addEventListener('online', this.#onlineChanged);
    addEventListener('offline', this.#onlineChanged);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('online', this.#onlineChanged);
    removeEventListener('offline', this.#onlineChanged);
  }

  #onlineChanged = () => (this.online = this.app.host.page.online());

  render() {
    const { store, t } = this.app;
    const status = store.status.value;
    const notice = store.notice.value;
    const origin = store.weightsOrigin.value;
    return html`
      <footer class="status-line">
        <span id="status" class="status ${status}" data-value=${status} role="status" title=${t(`status.${status}Tip`)}>
          ${t(`status.${status}`)}
        </span>
        <span id="weights-origin" class="weights ${origin}" data-value=${origin} title=${t(`weights.${origin}Tip`)}>
          ${t(`weights.${origin}`)}
        </span>
        ${this.online ? nothing : html`<span class="muted small">${t('status.offline')}</span>`}
        ${this.#progress()}
        <div id="notice" class="notice ${notice?.tone ?? ''}" role=${notice?.tone === 'error' ? 'alert' : 'status'}>
          ${notice ? this.#notice(notice) : nothing}
        </div>
      </footer>
    `;
  }

  #progress() {
    const { store, t } = this.app;
    const { train } = store.datasetProgress.value;
    const running = store.status.value === 'training' || store.status.value === 'waiting';
    if (store.loading.value) return html`<span class="muted small">${t(`loading.${store.loading.value.what}`)}</span>`;
    if (!running || !train.total || train.loaded >= train.total) return nothing;
    return html`<span class="muted small">${t('loading.data', { loaded: train.loaded, total: train.total })}</span>`;
  }

  /** @param {import('../state/store.js').Notice} notice */
  #notice({ key, params, action }) {
    const { actions, t } = this.app;
    return html`
      <p data-key=${key}>${t(key, params)}</p>
      ${action ? html`<button id="notice-action" @click=${action.run}>${t(action.key)}</button>` : nothing}
      <button
        class="quiet notice-close"
        aria-label=${t('notice.close')}
        title=${t('notice.close')}
        @click=${() => actions.dismiss()}
      >
        ×
      </button>
    `;
  }
}

customElements.define('cnn-status', StatusLine);
