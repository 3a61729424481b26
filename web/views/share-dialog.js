// What can be taken away from the page: the link of the whole state, the code of a frame, a picture of the network.

import './share-dialog.css';
import { View, html } from './view.js';
import { defaultPanels, panels } from '../embed/options.js';
import { pngOf } from '../widgets/vector.js';

/** @typedef {import('../embed/options.js').Panel} Panel */

const kLeast = 240;
const kMost = 4000;

export class ShareDialog extends View {
  static properties = {
    ...View.properties,
    hash: { state: true },
    chosen: { state: true },
    size: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.hash = '';
    /** @type {Panel[]} */
    this.chosen = [...defaultPanels];
    this.size = { width: 700, height: 550 };
    /** What was copied or saved last, and how: key of a text. @type {{what: string, key: string} | null} */
    this.said = null;
  }

  /** Opens with the state as it is now. */
  async open() {
    this.hash = await this.app.actions.share();
    this.said = null;
    await this.updateComplete;
    /** @type {HTMLDialogElement | null} */ (this.querySelector('dialog'))?.showModal();
  }

  get #base() {
    return this.app.host.page.address().split('#')[0].split('?')[0];
  }

  get #link() {
    return this.#base + this.hash;
  }

  get #code() {
    const frame = new URL('embed.html', this.#base);
    const usual = this.chosen.join() === defaultPanels.join();
    // By hand, because URLSearchParams would write the comma as %2C.
    const address = `${frame.href}${usual ? '' : `?panels=${this.chosen.join(',')}`}${this.hash}`;
    const { width, height } = this.size;
    return (
      `<iframe src="${address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"\n` +
      `  width="${width}" height="${height}" style="border:0;max-width:100%" loading="lazy"\n` +
      `  title="CNN Playground"></iframe>`
    );
  }

  render() {
    const { t } = this.app;
    return html`<dialog id="share-dialog" class="share" aria-labelledby="share-title" @click=${this.#onBackdrop}>
      <header>
        <h2 id="share-title">${t('share.title')}</h2>
        <button
          type="button"
          class="quiet share-close"
          aria-label=${t('share.close')}
          title=${t('share.close')}
          @click=${this.#close}
        >
          ×
        </button>
      </header>
      <section>
        <label for="share-link">${t('share.link')}</label>
        <div class="share-row">
          <input id="share-link" type="text" readonly .value=${this.#link} @focus=${selectAll} />
          ${this.#copyButton('link', 'share-link', () => this.#link)}
        </div>
        <p class="muted small">${t('share.note')}</p>
      </section>
      <section>
        <h3>${t('share.iframe')}</h3>
        <fieldset class="share-panels">
          <legend class="visually-hidden">${t('share.panels')}</legend>
          ${panels.map(
            (panel) =>
              html`<label>
                <input
                  type="checkbox"
                  value=${panel}
                  .checked=${this.chosen.includes(panel)}
                  @change=${(/** @type {any} */ e) => this.#choose(panel, e.target.checked)}
                />
                ${t(`share.panel.${panel}`)}
              </label>`,
          )}
        </fieldset>
        <div class="share-size" role="group" aria-label=${t('share.size')}>
          ${this.#length('width')} <span aria-hidden="true">×</span> ${this.#length('height')}
        </div>
        <div class="share-row">
          <textarea
            id="share-iframe"
            aria-label=${t('share.iframe')}
            readonly
            rows="4"
            spellcheck="false"
            .value=${this.#code}
            @focus=${selectAll}
          ></textarea>
          ${this.#copyButton('iframe', 'share-iframe', () => this.#code)}
        </div>
      </section>
      <section class="share-row">
        <span>${t('share.picture')}</span>
        <button type="button" id="share-picture" title=${t('share.pictureTip')} @click=${this.#savePicture}>
          ${t(this.said?.what === 'picture' ? 'share.saved' : 'share.savePicture')}
        </button>
      </section>
      <p class="visually-hidden" role="status">${this.said ? t(this.said.key) : ''}</p>
    </dialog>`;
  }

  /** @param {'width' | 'height'} side */
  #length(side) {
    const { t } = this.app;
    const take = (/** @type {any} */ event) => {
      const value = Math.round(Number(event.target.value));
      if (value >= kLeast && value <= kMost) this.size = { ...this.size, [side]: value };
      else event.target.value = String(this.size[side]);
    };
    return html`<label>
      ${t(`share.${side}`)}
      <input type="number" min=${kLeast} max=${kMost} step="10" .value=${String(this.size[side])} @change=${take} />
    </label>`;
  }

  /** @param {string} what @param {string} field @param {() => string} text */
  #copyButton(what, field, text) {
    const { t } = this.app;
    const label = this.said?.what === what ? this.said.key : 'share.copy';
    return html`<button
      type="button"
      class="share-copy"
      data-copy=${what}
      title=${t('share.copyTip')}
      @click=${() => this.#copy(what, field, text())}
    >
      ${t(label)}
    </button>`;
  }

  /** @param {string} what @param {string} field @param {string} text */
  async #copy(what, field, text) {
    const copied = await this.app.host.copy(text);
    // Where the clipboard is denied the text is selected, ready for the keys.
    if (!copied) /** @type {HTMLInputElement | null} */ (this.querySelector(`#${field}`))?.select();
    this.said = { what, key: copied ? 'share.copied' : 'share.selected' };
  }

  /** @param {Panel} panel @param {boolean} on */
  #choose(panel, on) {
    const wanted = panels.filter((each) => (each === panel ? on : this.chosen.includes(each)));
    // A frame without panels would be empty; the last one stays.
    if (wanted.length) this.chosen = wanted;
    else this.requestUpdate();
    this.said = null;
  }

  #savePicture = async () => {
    const network = /** @type {import('./network-view.js').NetworkView | null} */ (document.querySelector('cnn-network'));
    const plane = await network?.whole();
    if (!plane) return;
    const { store, host, actions } = this.app;
    try {
      host.download(`${store.net.value}-${store.data.value}.png`, await pngOf(plane), 'image/png');
      this.said = { what: 'picture', key: 'share.saved' };
    } catch (error) {
      actions.complain(error, 'export.failed');
    }
  };

  #close = () => /** @type {HTMLDialogElement | null} */ (this.querySelector('dialog'))?.close();

  /** @param {MouseEvent} event */
  #onBackdrop = (event) => {
    if (event.target === event.currentTarget) this.#close();
  };
}

/** @param {FocusEvent} event */
function selectAll(event) {
  /** @type {HTMLInputElement} */ (event.target).select();
}

customElements.define('cnn-share', ShareDialog);
