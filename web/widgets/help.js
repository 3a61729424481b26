// The (?) beside a heading: opens two sentences.

import { html } from 'lit';
import { Popup } from './popup.js';

export class Help extends Popup {
  static properties = { ...Popup.properties, text: { attribute: false } };

  constructor() {
    super();
    this.text = '';
  }

  sign() {
    return '?';
  }

  panel() {
    return html`<span class="popup-panel" role="note">${this.text}</span>`;
  }
}

if (!customElements.get('cnn-help')) customElements.define('cnn-help', Help);
