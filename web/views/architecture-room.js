// Architectures: the presets side by side, the layers of the open net, and its definition to edit.

import './architecture-room.css';
import { View, html, nothing, untracked } from './view.js';
import { help } from './help.js';
import { definitionText, fromScript, fromSummary, isConvNetJs, parsed, placeOf } from '../state/definition-text.js';
import { refusalOf } from '../state/net-actions.js';
import { presets } from '../state/nets.js';

/** After so much quiet the engine is asked what it thinks of a text that is typed. */
const kTypingMs = 500;
/** A net as ConvNetJS writes it. */
const kScript = `layer_defs = [];
layer_defs.push({type:'input', out_sx:28, out_sy:28, out_depth:1});
layer_defs.push({type:'conv', sx:5, filters:8, stride:1, pad:2, activation:'relu'});
layer_defs.push({type:'pool', sx:2, stride:2});
layer_defs.push({type:'fc', num_neurons:32, activation:'relu'});
layer_defs.push({type:'softmax', num_classes:10});`;

export class ArchitectureRoom extends View {
  static properties = {
    ...View.properties,
    totals: { state: true },
    fullSize: { state: true },
    refusal: { state: true },
    text: { state: true },
    earlier: { state: true },
    later: { state: true },
    summary: { state: true },
  };

  /** The last text that was a definition: blocks stay while a brace is missing. @type {any} */
  #draft = null;
  /** Rises with each question about the draft: only the answer to the last one counts. */
  #asked = 0;
  #timer = 0;

  constructor() {
    super();
    /** Parameters and MACs of the presets, as the engine counts them. @type {Record<string, any>} */
    this.totals = {};
    /** Ids of the nets that are only counted. @type {string[]} */
    this.fullSize = [];
    /** @type {{message: string, path: string, line: number} | null} */
    this.refusal = null;
    /** The definition as it is edited. */
    this.text = '';
    /** Texts before and after it, for undo and redo. @type {string[]} */
    this.earlier = [];
    /** @type {string[]} */
    this.later = [];
    /** The engine's table of the draft. @type {any} */
    this.summary = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      if (this.app.store.catalogue.value) untracked(() => this.#count());
    });
    this.watch(() => {
      // Another net: its definition takes the place of what was being edited.
      const info = this.app.store.info.value;
      this.text = definitionText(info?.definition);
      this.earlier = this.later = [];
      this.refusal = null;
      this.summary = info?.summary ?? null;
      this.#draft = info?.definition ?? null;
      this.#asked++;
    });
  }

  async #count() {
    const known = await this.app.actions.architectures().catch(() => null);
    if (!known) return;
    const { trainable, fullSize } = known;
    this.fullSize = Object.keys(fullSize);
    for (const [id, definition] of Object.entries({ ...trainable, ...fullSize })) {
      const summary = await this.app.actions.summarize(definition).catch(() => null);
      if (summary) this.totals = { ...this.totals, [id]: summary };
    }
  }

  render() {
    const { t } = this.app;
    return html`
      <div class="architecture-room">
        <section aria-labelledby="presets-title">
          <h2 id="presets-title" class="room-title">${t('panel.presets')} ${help(t, 'presets')}</h2>
          ${this.#presets()}
        </section>
        <section aria-labelledby="summary-title">
          <h2 id="summary-title" class="room-title">${t('panel.layers')} ${help(t, 'layers')}</h2>
          <cnn-summary-table .app=${this.app} .summary=${this.summary}></cnn-summary-table>
        </section>
        <section aria-labelledby="definition-title">
          <h2 id="definition-title" class="room-title">${t('panel.definition')} ${help(t, 'definition')}</h2>
          ${this.#buttons()}
          <p id="definition-error" class="definition-error" role="alert">${this.refusal?.message ?? nothing}</p>
          ${isConvNetJs(this.text) ? this.#foreign() : this.#blocks()}
          ${this.#editor()}
        </section>
      </div>
    `;
  }

  #blocks() {
    const { t } = this.app;
    return html`<cnn-block-editor
        .app=${this.app}
        .definition=${this.#draft}
        .summary=${this.summary}
        .refusal=${this.refusal}
        @cnn-draft=${(/** @type {CustomEvent} */ event) => this.#take(definitionText(event.detail))}
      ></cnn-block-editor>
      <p class="muted small">
        ${t('definition.script')}
        <button id="definition-script" class="link small" title=${t('definition.scriptTip')} @click=${() => this.#takeScript(kScript)}>
          ${t('definition.scriptTry')}
        </button>
      </p>`;
  }

  /** The draft is in ConvNetJS's notation. */
  #foreign() {
    const { t } = this.app;
    return html`<p class="definition-foreign">
      ${t('definition.foreign')}
      <button
        id="definition-layers"
        ?disabled=${this.refusal !== null}
        title=${t('definition.layersTip')}
        @click=${this.#asLayers}
      >
        ${t('definition.layers')}
      </button>
    </p>`;
  }

  /** @param {string} script @returns {boolean} whether it is one */
  #takeScript(script) {
    const definition = fromScript(script);
    if (definition) this.#take(definitionText(definition));
    return definition !== null;
  }

  #asLayers = async () => {
    const { actions, store } = this.app;
    try {
      this.#take(definitionText(fromSummary(await actions.summarize(this.text), store.catalogue.value)));
    } catch (error) {
      this.refusal = refusalOf(error);
    }
  };

  get #edited() {
    return this.text !== definitionText(this.app.store.info.value?.definition);
  }

  /**
   * A new state of the draft; what it was can be had back.
   * @param {string} text @param {{typed?: boolean}} [options]  typed: letter by letter, which is one change
   */
  #take(text, { typed = false } = {}) {
    if (!typed || !this.#timer) this.earlier = [...this.earlier, this.text];
    this.later = [];
    this.#set(text, typed ? kTypingMs : 0);
  }

  /** @param {string} text @param {number} wait  before the engine is asked about it, in ms */
  #set(text, wait) {
    this.text = text;
    const draft = parsed(text);
    if (draft) this.#draft = draft;
    clearTimeout(this.#timer);
    const mine = ++this.#asked;
    this.#timer = setTimeout(async () => {
      this.#timer = 0;
      try {
        const summary = await this.app.actions.summarize(text);
        if (mine === this.#asked) [this.summary, this.refusal] = [summary, null];
      } catch (error) {
        if (mine === this.#asked) this.refusal = refusalOf(error);
      }
    }, wait);
  }

  #undo = () => {
    const text = this.earlier.at(-1);
    if (text === undefined) return this.app.actions.undoDefinition();
    this.earlier = this.earlier.slice(0, -1);
    this.later = [...this.later, this.text];
    this.#set(text, 0);
  };

  #redo = () => {
    const text = this.later.at(-1);
    if (text === undefined) return;
    this.later = this.later.slice(0, -1);
    this.earlier = [...this.earlier, this.text];
    this.#set(text, 0);
  };

  #presets() {
    const { store, actions, t } = this.app;
    return html`
      <table class="presets">
        <thead>
          <tr>
            <th scope="col">${t('presets.net')}</th>
            <th scope="col" title=${t('presets.parametersTip')}>${t('presets.parameters')}</th>
            <th scope="col" title=${t('presets.macsTip')}>${t('presets.macs')}</th>
          </tr>
        </thead>
        <tbody>
          ${presets.map((id) => {
            const open = store.net.value === id;
            return html`
              <tr class=${open ? 'open' : ''}>
                <th scope="row">
                  <button
                    class="quiet"
                    aria-pressed=${open ? 'true' : 'false'}
                    title=${t('presets.openTip')}
                    @click=${() => actions.chooseNet(id)}
                  >
                    ${t.has(`net.${id}`) ? t(`net.${id}`) : id}
                  </button>
                </th>
                ${this.#costs(id)}
              </tr>
            `;
          })}
        </tbody>
        <tbody class="full-size">
          <tr>
            <th colspan="3" scope="rowgroup" class="muted small">${t('presets.fullSize')}</th>
          </tr>
          ${this.fullSize.map(
            (id) =>
              html`<tr>
                <th scope="row">${id}</th>
                ${this.#costs(id)}
              </tr>`,
          )}
        </tbody>
      </table>
    `;
  }

  /** @param {string} id */
  #costs(id) {
    const { t } = this.app;
    const totals = this.totals[id];
    return html`
      <td>${totals ? t.number(totals.parameters) : ''}</td>
      <td>${totals ? t.number(totals.macs, { notation: 'compact', maximumSignificantDigits: 3 }) : ''}</td>
    `;
  }

  #editor() {
    const { t } = this.app;
    return html`<textarea
        id="definition"
        spellcheck="false"
        autocomplete="off"
        aria-label=${t('panel.definition')}
        aria-invalid=${this.refusal ? 'true' : 'false'}
        aria-describedby="definition-error"
        .value=${this.text}
        @input=${(/** @type {any} */ event) => this.#take(event.target.value, { typed: true })}
        @paste=${(/** @type {ClipboardEvent} */ event) => {
          if (this.#takeScript(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
        }}
        @keydown=${this.#key}
      ></textarea>`;
  }

  #buttons() {
    const { actions, t } = this.app;
    return html`
      <div class="definition-buttons">
        <button
          id="definition-apply"
          class="primary"
          ?disabled=${!this.#edited}
          title=${t('definition.applyTip')}
          @click=${this.#apply}
        >
          ${t('definition.apply')}
        </button>
        <button
          id="definition-revert"
          ?disabled=${!this.#edited}
          title=${t('definition.revertTip')}
          @click=${this.#revert}
        >
          ${t('definition.revert')}
        </button>
        <button
          id="definition-undo"
          ?disabled=${!this.earlier.length && !actions.canUndoDefinition.value}
          title=${t('definition.undoTip')}
          @click=${this.#undo}
        >
          ${t('definition.undo')}
        </button>
        <button
          id="definition-redo"
          ?disabled=${!this.later.length}
          title=${t('definition.redoTip')}
          @click=${this.#redo}
        >
          ${t('definition.redo')}
        </button>
      </div>
    `;
  }

  get #area() {
    return /** @type {HTMLTextAreaElement | null} */ (this.querySelector('#definition'));
  }

  #apply = async () => {
    const area = this.#area;
    if (!area) return;
    const { text } = this;
    const result = await this.app.actions.applyDefinition(text, { keep: true });
    if (result.ok) return;
    this.#asked++;
    this.refusal = result;
    const place = placeOf(text, result);
    if (place) {
      area.focus();
      area.setSelectionRange(place.start, place.end);
    }
  };

  #revert = () => this.#take(definitionText(this.app.store.info.value?.definition));

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#apply();
    }
  };
}

customElements.define('cnn-architecture-room', ArchitectureRoom);
