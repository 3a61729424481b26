// What every view is: a lit element in light DOM (so that ids are ids of the document) which draws itself again
// whenever
// a signal read by its last render() changes. Import { View, html, … } from here and nothing else of the page.

import { LitElement } from 'lit';
import { effect, untracked } from '@preact/signals-core';

export { html, svg, nothing, render } from 'lit';
export { computed, effect, untracked } from '@preact/signals-core';

/**
 * @typedef {object} App  what each view is given
 * @property {import('../state/store.js').Store} store
 * @property {import('../state/actions.js').Actions} actions
 * @property {import('../i18n/index.js').Translate} t
 * @property {import('../host/browser.js').Host} host
 */

export class View extends LitElement {
  static properties = { app: { attribute: false } };

  constructor() {
    super();
    /** @type {App} */
    // @ts-expect-error set by the parent before the first render
    this.app = undefined;
  }

  /** @type {(() => void) | undefined} */
  #stopWatching;
  /** @type {(() => void)[]} */
  #effects = [];

  createRenderRoot() {
    return this;
  }

  /**
   * An effect for what is not markup (canvases, charts); it lives while the element is in the document. Call it from
   * connectedCallback, after super.connectedCallback().
   * @param {() => void} run
   */
  watch(run) {
    this.#effects.push(effect(run));
  }

  performUpdate() {
    if (!this.isUpdatePending) return;
    this.#stopWatching?.();
    let drawn = false;
    this.#stopWatching = effect(() => {
      if (drawn) untracked(() => this.requestUpdate());
      else {
        drawn = true;
        super.performUpdate();
      }
    });
  }

  shouldUpdate() {
    return Boolean(this.app);
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    for (const stop of this.#effects.splice(0)) stop();
  }
}
