// Name, what is open (data, net, weights), training, and what concerns the page as a whole.

import './toolbar.css';
import { View, html, nothing } from './view.js';
import { datasets, presets } from '../state/nets.js';

export class Toolbar extends View {
  render() {
    const { t } = this.app;
    return html`
      <header class="toolbar">
        <h1>${t('app.name')}</h1>
        ${this.#experiment()} ${this.#training()}
        <span class="toolbar-space"></span>
        ${this.#files()} ${this.#page()}
      </header>
    `;
  }

  #experiment() {
    const { store, actions, t } = this.app;
    const net = store.net.value;
    const data = store.data.value;
    return html`
      <div class="toolbar-group">
        <label title=${t('toolbar.dataTip')}>
          <span class="toolbar-label">${t('toolbar.data')}</span>
          <select
            id="dataset-picker"
            aria-label=${t('toolbar.data')}
            .value=${data}
            @change=${(/** @type {any} */ event) => actions.chooseData(event.target.value)}
          >
            ${datasets.map((id) => html`<option value=${id} ?selected=${id === data}>${t(`data.${id}`)}</option>`)}
          </select>
        </label>
        <label title=${t('toolbar.netTip')}>
          <span class="toolbar-label">${t('toolbar.net')}</span>
          <select
            id="architecture-picker"
            aria-label=${t('toolbar.net')}
            .value=${net}
            @change=${(/** @type {any} */ event) => actions.chooseNet(event.target.value)}
          >
            ${presets.map(
              (id) => html`<option
              value=${id}
              ?selected=${id === net}
            >
              ${t.has(`net.${id}`) ? t(`net.${id}`) : id}
            </option>`,
            )}
            ${
              net === 'custom'
                ? html`<option value="custom" selected>${store.info.value?.summary.name || t('net.custom')}</option>`
                : nothing
            }
          </select>
        </label>
      </div>
    `;
  }

  #training() {
    const { store, actions, t } = this.app;
    const status = store.status.value;
    const running = status === 'training' || status === 'waiting';
    const able = running || ['ready', 'paused', 'diverged'].includes(status);
    return html`
      <div class="toolbar-group" role="group" aria-label=${t('toolbar.training')}>
        <button
          id="train-toggle"
          class="primary"
          aria-pressed=${running ? 'true' : 'false'}
          ?disabled=${!able}
          title=${t(running ? 'train.pauseTip' : 'train.startTip')}
          @click=${() => actions.toggle()}
        >
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" fill="currentColor">
            <path d=${running ? 'M2 1 H5 V11 H2 Z M7 1 H10 V11 H7 Z' : 'M2 1 L11 6 L2 11 Z'} />
          </svg>
          <span class="train-word">${t(running ? 'train.pause' : 'train.start')}</span>
        </button>
        <button
          id="train-step"
          ?disabled=${!able || running}
          title=${t('train.stepTip')}
          @click=${() => actions.step()}
        >
          ${t('train.step')}
        </button>
        <button id="train-reset" ?disabled=${!able} title=${t('train.resetTip')} @click=${() => actions.reset()}>
          ${t('train.reset')}
        </button>
      </div>
    `;
  }

  #files() {
    const { store, actions, t } = this.app;
    return html`
      <div class="toolbar-group">
        <button
          id="save-model"
          class="quiet"
          ?disabled=${!store.info.value}
          aria-label=${t('file.save')}
          title=${t('file.saveTip')}
          @click=${() => actions.saveModel()}
        >
          ${icon(saveIcon)}<span class="toolbar-word">${t('file.save')}</span>
        </button>
        <label class="button quiet file-button" title=${t('file.openTip')}>
          ${icon(openIcon)}<span class="toolbar-word">${t('file.open')}</span>
          <input
            id="load-model"
            class="visually-hidden"
            type="file"
            aria-label=${t('file.open')}
            accept=".cnn,.json,application/json,application/octet-stream"
            @change=${this.#load}
          />
        </label>
        <button
          id="share"
          class="quiet"
          ?disabled=${!store.info.value}
          aria-label=${t('share.title')}
          aria-haspopup="dialog"
          title=${t('share.tip')}
          @click=${() => this.dispatchEvent(new CustomEvent('cnn-share', { bubbles: true }))}
        >
          ${icon(shareIcon)}<span class="toolbar-word">${t('share.title')}</span>
        </button>
      </div>
    `;
  }

  #page() {
    const { store, actions, t } = this.app;
    const themes = /** @type {const} */ (['auto', 'light', 'dark']);
    return html`
      <div class="toolbar-group">
        <select
          id="language-picker"
          aria-label=${t('toolbar.language')}
          title=${t('toolbar.languageTip')}
          .value=${store.language.value}
          @change=${(/** @type {any} */ event) => actions.configure({ language: event.target.value })}
        >
          <option value="en" lang="en" ?selected=${store.language.value === 'en'}>EN</option>
          <option value="ru" lang="ru" ?selected=${store.language.value === 'ru'}>RU</option>
        </select>
        <select
          id="theme-picker"
          aria-label=${t('toolbar.theme')}
          title=${t('toolbar.themeTip')}
          .value=${store.theme.value}
          @change=${(/** @type {any} */ event) => actions.configure({ theme: event.target.value })}
        >
          ${themes.map(
            (id) => html`<option
            value=${id}
            ?selected=${id === store.theme.value}
          >
            ${t(`theme.${id}`)}
          </option>`,
          )}
        </select>
        <button
          id="keys"
          class="quiet keys-button"
          aria-label=${t('keys.title')}
          title=${t('keys.tip')}
          @click=${this.#keys}
        >
          ?
        </button>
      </div>
    `;
  }

  #keys = () => this.dispatchEvent(new CustomEvent('cnn-keys', { bubbles: true }));

  #load = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    if (file) this.app.actions.loadFile(file);
    input.value = '';
  };
}

const saveIcon = 'M8 2 V10 M4.5 7 L8 10.5 L11.5 7 M2.5 13.5 H13.5';
const openIcon = 'M8 10.5 V2.5 M4.5 6 L8 2.5 L11.5 6 M2.5 13.5 H13.5';
const shareIcon =
  'M6.5 9.5 L10 6 M7 4.5 L9 2.8 A2.8 2.8 0 0 1 13 7 L11.3 8.8 M9 11.3 L7 13.2 A2.8 2.8 0 0 1 3 9 L4.7 7.2';

/** @param {string} path */
function icon(path) {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>`;
}

customElements.define('cnn-toolbar', Toolbar);
