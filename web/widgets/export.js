// What can be taken out of a part of the page: its numbers for a spreadsheet, its picture for slides.

import './export.css';
import { html, nothing, svg } from 'lit';
import { Popup } from './popup.js';
import { rowsText } from './rows.js';
import { pngOf, svgOf } from './vector.js';

export class Export extends Popup {
  static properties = {
    ...Popup.properties,
    t: { attribute: false },
    host: { attribute: false },
    name: { attribute: false },
    numbers: { attribute: false },
    picture: { attribute: false },
    said: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../i18n/index.js').Translate} */
    // @ts-expect-error set by the parent before the first render
    this.t = undefined;
    /** @type {Pick<import('../host/browser.js').Host, 'copy' | 'download'>} */
    // @ts-expect-error set by the parent before the first render
    this.host = undefined;
    /** Of the files, without an ending. */
    this.name = '';
    /** @type {(() => import('./rows.js').Row[]) | undefined} */
    this.numbers = undefined;
    /** The element that is drawn. @type {(() => Element | null | Promise<Element | null>) | undefined} */
    this.picture = undefined;
    /** @type {{key: string, params?: Record<string, string>} | null} */
    this.said = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('open') && !this.open) this.said = null;
  }

  sign() {
    return html`<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      ${svg`<path d="M8 2v7M4.5 6 8 9.5 11.5 6M3 13.5h10" fill="none" stroke="currentColor" stroke-width="1.6"></path>`}
    </svg>`;
  }

  panel() {
    const { t, said } = this;
    const item = (/** @type {string} */ what, /** @type {() => unknown} */ run) =>
      html`<button type="button" data-export=${what} title=${t(`export.${what}Tip`)} @click=${() => this.#try(run)}>
        ${t(`export.${what}`)}
      </button>`;
    return html`<span class="popup-panel export-panel" role="group" aria-label=${this.label}>
      ${this.numbers ? item('numbers', this.#copy) : nothing}
      ${this.picture ? [item('png', this.#savePng), item('svg', this.#saveSvg)] : nothing}
      <span class="export-said" role="status">${said ? t(said.key, said.params) : nothing}</span>
    </span>`;
  }

  /** @param {() => unknown} run */
  async #try(run) {
    try {
      await run();
    } catch (error) {
      this.said = { key: 'export.failed', params: { reason: String(/** @type {any} */ (error)?.message ?? error) } };
    }
  }

  #copy = async () => {
    const text = rowsText(this.numbers?.() ?? [], this.t.language() === 'ru' ? ',' : '.');
    if (await this.host.copy(text)) this.said = { key: 'export.copied' };
    else this.#save('tsv', text, 'text/tab-separated-values', 'export.denied');
  };

  #savePng = async () => {
    this.#save('png', await pngOf(await this.#drawn()), 'image/png');
  };

  #saveSvg = async () => {
    this.#save('svg', svgOf(await this.#drawn()), 'image/svg+xml');
  };

  async #drawn() {
    const element = await this.picture?.();
    if (!element) throw new Error(this.t('export.nothing'));
    return element;
  }

  /** @param {string} ending @param {Uint8Array | string} content @param {string} type @param {string} [key] */
  #save(ending, content, type, key = 'export.saved') {
    const name = `${this.name}.${ending}`.replace(/[^\p{L}\p{N}.-]+/gu, '-');
    this.host.download(name, content, type);
    this.said = { key, params: { name } };
  }
}

customElements.define('cnn-export', Export);
