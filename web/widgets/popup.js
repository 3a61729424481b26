// A small button with a panel that it opens; Escape, a click elsewhere or the same button close it.

import { LitElement, html, nothing } from 'lit';
import './popup.css';

/** Least distance from the edges of the window, in px. */
const kEdge = 4;

export class Popup extends LitElement {
  static properties = { label: { attribute: false }, open: { state: true } };

  constructor() {
    super();
    /** Name of the button. */
    this.label = '';
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

  /** The panel stays inside of the window, and of what scrolls and would cut it off. */
  updated() {
    const panel = /** @type {HTMLElement | null} */ (this.querySelector('.popup-panel'));
    if (!panel) return;
    panel.style.translate = '';
    let [least, most] = [kEdge, document.documentElement.clientWidth - kEdge];
    for (let around = this.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowX === 'visible') continue;
      const { left } = around.getBoundingClientRect();
      [least, most] = [Math.max(least, left), Math.min(most, left + around.clientWidth)];
    }
    const { left, right } = panel.getBoundingClientRect();
    const by = left < least ? least - left : Math.min(0, most - right);
    if (by) panel.style.translate = `${by}px`;
  }

  /** What the button shows. @abstract @returns {unknown} */
  sign() {
    return nothing;
  }

  /** The panel. @abstract @returns {unknown} */
  panel() {
    return nothing;
  }

  render() {
    return html`<span class="popup" @keydown=${this.#onKey}>
      <button
        type="button"
        class="popup-button"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${this.label}
        title=${this.label}
        @click=${() => (this.open = !this.open)}
      >
        ${this.sign()}
      </button>
      ${this.open ? this.panel() : nothing}
    </span>`;
  }
}
