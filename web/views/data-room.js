// The data set: how much of it has arrived, and its test pictures to put onto the net.

import './data-room.css';
import { exportMenu } from './export.js';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { className } from '../i18n/index.js';
import { drawPicture } from '../draw/ink.js';

const kPerPage = 96;

export class DataRoom extends View {
  static properties = { ...View.properties, page: { state: true }, pictures: { state: true } };

  /** What the pictures on the page were asked with; an older answer is dropped. */
  #asked = '';

  constructor() {
    super();
    this.page = 0;
    /** @type {{index: number, pixels: Uint8Array, label: number}[]} */
    this.pictures = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      this.app.store.data.value;
      this.page = 0;
      this.pictures = [];
      this.#asked = '';
    });
    this.watch(() => {
      const { loaded } = this.app.store.datasetProgress.value.test;
      if (loaded) untracked(() => this.#ask());
    });
    this.watch(() => {
      this.app.store.theme.value;
      untracked(() => this.#paint());
    });
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has('page')) this.#ask();
    this.#paint();
  }

  async #ask() {
    const { store, actions } = this.app;
    const { loaded } = store.datasetProgress.peek().test;
    const first = this.page * kPerPage;
    const count = Math.min(kPerPage, loaded - first);
    const asked = `${store.data.peek()} ${first} ${count}`;
    if (count <= 0 || asked === this.#asked) return;
    this.#asked = asked;
    const indices = Array.from({ length: count }, (_, i) => first + i);
    const pictures = await actions.images('test', indices).catch(() => []);
    if (asked === this.#asked) this.pictures = pictures;
  }

  render() {
    const { store, t } = this.app;
    const { train, test } = store.datasetProgress.value;
    const pages = Math.max(1, Math.ceil(test.loaded / kPerPage));
    return html`
      <div class="data-room">
        <section class="data-progress" aria-labelledby="data-title">
          <h2 id="data-title" class="room-title">${t(`data.${store.data.value}`)} ${help(t, 'data')}</h2>
          <p>${t(`about.${store.data.value}`)}</p>
          ${this.#part('train', train)} ${this.#part('test', test)}
        </section>
        <section aria-labelledby="pictures-title">
          <h2 id="pictures-title" class="room-title">
            ${t('panel.pictures')} ${help(t, 'pictures')}
            ${
              this.pictures.length
                ? exportMenu(this.app, {
                    name: t('panel.pictures'),
                    numbers: () => this.#rows(),
                    picture: () => this.querySelector('.pictures'),
                  })
                : nothing
            }
            <span class="pager">
              <button
                class="quiet"
                ?disabled=${this.page === 0}
                title=${t('data.before')}
                aria-label=${t('data.before')}
                @click=${() => this.page--}
              >
                ‹
              </button>
              <span class="muted small">${t('data.page', { page: this.page + 1, pages })}</span>
              <button
                class="quiet"
                ?disabled=${this.page + 1 >= pages}
                title=${t('data.after')}
                aria-label=${t('data.after')}
                @click=${() => this.page++}
              >
                ›
              </button>
            </span>
          </h2>
          ${
            this.pictures.length
              ? html`<div class="pictures">${this.pictures.map((picture) => this.#picture(picture))}</div>`
              : html`<p class="muted">${t('data.none')}</p>`
          }
        </section>
      </div>
    `;
  }

  /** A row for each picture of the page: its number and class, then its pixels. @returns {import('../widgets/rows.js').Row[]} */
  #rows() {
    const { store, t } = this.app;
    return this.pictures.map(({ index, pixels, label }) => [index, className(t, store.data.peek(), label), ...pixels]);
  }

  /** @param {'train' | 'test'} part @param {import('../state/store.js').Progress} progress */
  #part(part, { loaded, total }) {
    const { actions, t } = this.app;
    return html`
      <div class="data-part">
        <span>${t(`data.${part}`)}</span>
        <progress max=${total || 1} value=${loaded} aria-label=${t(`data.${part}`)}></progress>
        <span class="muted small">${t('data.loaded', { loaded, total })}</span>
        ${
          loaded < total
            ? html`<button
              class="quiet"
              title=${t('data.loadTip')}
              @click=${() => actions.loadData(part)}
            >
              ${t('data.load')}
            </button>`
            : nothing
        }
      </div>
    `;
  }

  /** @param {{index: number, label: number}} picture */
  #picture({ index, label }) {
    const { store, actions, t } = this.app;
    const shown = store.testImage.value;
    const name = t('data.picture', { index: String(index), name: className(t, store.data.value, label) });
    return html`
      <button
        class="picture"
        data-index=${index}
        aria-pressed=${shown?.part === 'test' && shown.index === index ? 'true' : 'false'}
        aria-label=${name}
        title=${name}
        @click=${() => actions.showTestImage(index)}
      >
        <canvas width="28" height="28"></canvas>
      </button>
    `;
  }

  #paint() {
    const [h, w] = this.app.store.manifest.peek()?.shape ?? [28, 28];
    this.querySelectorAll('.picture canvas').forEach((element, at) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      const context = canvas.getContext('2d');
      if (!context || !this.pictures[at]) return;
      context.clearRect(0, 0, canvas.width, canvas.height);
      const colour = getComputedStyle(canvas).getPropertyValue('--pad-ink').trim();
      drawPicture(context, this.pictures[at].pixels, h, w, canvas.width, colour);
    });
  }
}

customElements.define('cnn-data-room', DataRoom);
