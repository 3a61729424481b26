// The page: pad, net and inspector side by side, rooms beneath, one line that says what is going on.

import './shell.css';
import { View, html, nothing } from './view.js';

const rooms = /** @type {const} */ (['train', 'architecture', 'data', 'runs']);

export class Shell extends View {
  static properties = {...View.properties, net: {type: Boolean}, complete: {type: Boolean, reflect: true}};

  constructor() {
    super();
    /** Whether the views of afterwards.js are there: the net, then all others. */
    this.net = false;
    this.complete = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener('cnn-keys', this.#showKeys);
    this.addEventListener('cnn-share', this.#showShare);
    document.addEventListener('keydown', this.#key);
    addEventListener('dragover', this.#drag);
    addEventListener('drop', this.#drop);
    this.watch(() => {
      const { language, theme } = this.app.store;
      document.documentElement.lang = language.value;
      document.documentElement.dataset.theme = theme.value;
      document.title = this.app.t('app.title');
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('cnn-keys', this.#showKeys);
    this.removeEventListener('cnn-share', this.#showShare);
    document.removeEventListener('keydown', this.#key);
    removeEventListener('dragover', this.#drag);
    removeEventListener('drop', this.#drop);
  }

  render() {
    const { app } = this;
    const { store, t } = app;
    const status = store.status.value;
    if (status === 'unsupported') return this.#unsupported();
    return html`
      <cnn-toolbar .app=${app}></cnn-toolbar>
      <main class="shell ${store.room.value ? 'with-room' : ''}">
        <section class="shell-pad" aria-label=${t('panel.pad')}>
          <cnn-draw-pad .app=${app}></cnn-draw-pad>
          <cnn-stages .app=${app}></cnn-stages>
          <cnn-prediction .app=${app}></cnn-prediction>
        </section>
        <div class="shell-net">
          ${this.net ? html`<cnn-network .app=${app}></cnn-network>` : nothing}
          ${
            this.complete
              ? html`<cnn-descent .app=${app}></cnn-descent>
                  <cnn-slow-step .app=${app}></cnn-slow-step>`
              : nothing
          }
        </div>
        <div class="shell-inspector">
          ${this.complete ? html`<cnn-inspector .app=${app}></cnn-inspector>` : nothing}
        </div>
        <section class="shell-rooms" aria-label=${t('panel.rooms')}>${this.#rooms()}</section>
      </main>
      <cnn-status .app=${app}></cnn-status>
      ${this.complete ? html`<cnn-share .app=${app}></cnn-share>` : nothing}
      ${this.#keys()}
    `;
  }

  #rooms() {
    const { app } = this;
    const { store, actions, t } = app;
    const open = store.room.value;
    return html`
      <div class="shell-tabs">
        <div role="tablist" aria-label=${t('panel.rooms')} @keydown=${this.#tabKey}>
          ${
        rooms.map(
            (room, index) => html`
              <button
                id="room-${room}"
                role="tab"
                aria-selected=${open === room ? 'true' : 'false'}
                aria-controls="room-panel"
                tabindex=${open === room || (open === null && index === 0) ? 0 : -1}
                title=${t(`room.${room}Tip`)}
                @click=${() => actions.openRoom(open === room ? null : room)}
              >
                ${t(`room.${room}`)}
              </button>
            `,
            )}
        </div>
        <cnn-metrics .app=${app}></cnn-metrics>
      </div>
      <div
        id="room-panel"
        class="shell-room"
        role="tabpanel"
        aria-labelledby=${open ? `room-${open}` : nothing}
        ?hidden=${open === null}
      >
        ${this.complete ? this.#room(open) : nothing}
      </div>
    `;
  }

  /** @param {string | null} open */
  #room(open) {
    const {app} = this;
    return html`
        ${open === 'train' ? html`<cnn-train-room .app=${app}></cnn-train-room>` : nothing}
        ${open === 'architecture' ? html`<cnn-architecture-room .app=${app}></cnn-architecture-room>` : nothing}
        ${open === 'runs' ? html`<cnn-runs-room .app=${app}></cnn-runs-room>` : nothing}
        ${open === 'data' ? html`<cnn-data-room .app=${app}></cnn-data-room>` : nothing}
    `;
  }

  #keys() {
    const { t } = this.app;
    const keys = ['train', 'pad', 'net', 'undo', 'help'];
    return html`
      <dialog id="keys-dialog" class="keys" aria-label=${t('keys.title')}>
        <h2>${t('keys.title')}</h2>
        <dl>${keys.map((key) => html`<dt>${t(`keys.${key}Keys`)}</dt><dd>${t(`keys.${key}`)}</dd>`)}</dl>
        <form method="dialog"><button title=${t('keys.close')}>${t('keys.close')}</button></form>
      </dialog>
    `;
  }

  #unsupported() {
    const { t } = this.app;
    return html`
      <main class="unsupported">
        <h1>${t('app.name')}</h1>
        <p id="status" data-value="unsupported" role="alert">${t('unsupported.why')}</p>
        <p>${t('unsupported.what')}</p>
      </main>
    `;
  }

  #showKeys = () => /** @type {HTMLDialogElement | null} */ (this.querySelector('#keys-dialog'))?.showModal();

  /** Asked for before its view was there. */
  #shareWanted = false;

  #showShare = () => {
    const dialog = /** @type {import('./share-dialog.js').ShareDialog | null} */ (this.querySelector('cnn-share'));
    this.#shareWanted = !dialog;
    dialog?.open();
  };

  updated() {
    if (this.#shareWanted) this.#showShare();
  }

  /** @param {KeyboardEvent} event */
  #tabKey = (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const tabs = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('[role="tab"]')]);
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    tabs[(at + step + tabs.length) % tabs.length].focus();
  };

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest('dialog')) return;
    if (event.key === '?' && !isTyping(target)) {
      event.preventDefault();
      this.#showKeys();
    } else if (event.key === ' ' && !isTyping(target) && !isPressable(target)) {
      event.preventDefault();
      this.app.actions.toggle();
    }
  };

  /** @param {DragEvent} event */
  #drag = (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };

  /** @param {DragEvent} event */
  #drop = (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    this.app.actions.loadFile(file);
  };
}

/** @param {HTMLElement} element */
function isTyping(element) {
  return Boolean(element.closest('textarea, select, input:not([type="range"]):not([type="file"]), [contenteditable]'));
}

/** What Space does something to by itself. @param {HTMLElement} element */
function isPressable(element) {
  return Boolean(element.closest('button, summary, a[href], [role="button"], [role="tab"], input'));
}

customElements.define('cnn-shell', Shell);
