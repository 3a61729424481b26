// The (?) beside a heading: opens two sentences, closes with Escape, a click elsewhere or the same button.

import { LitElement, html, nothing } from 'lit';
import './help.css';

export class Help extends LitElement {
  static properties = {
    label: { attribute: false },
    text: { attribute: false },
    open: { state: true },
  };

  constructor() {
    super();
    /** Name of the button: what the help is about. */
    this.label = '';
    this.text = '';
    this.open = false;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#onOutside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.#onOutside);
  }

  /** @param {PointerEvent} event */
  #onOutside = (event) => {
    if (this.open && !this.contains(/** @type {Node} */ (event.target))) this.open = false;
  };

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key !== 'Escape' || !this.open) return;
    event.stopPropagation();
    this.open = false;
    this.querySelector('button')?.focus();
  };

  render() {
    return html`<span class="help" @keydown=${this.#onKey}>
      <button
        type="button"
        class="help-button"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${this.label}
        title=${this.label}
        @click=${() => (this.open = !this.open)}
      >
        ?
      </button>
      ${this.open ? html`<span class="help-panel" role="note">${this.text}</span>` : nothing}
    </span>`;
  }
}

if (!customElements.get('cnn-help')) customElements.define('cnn-help', Help);
