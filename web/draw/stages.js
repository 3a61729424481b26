// From pen to picture: the ink, its box scaled, and the image that the net reads, each as the engine made it.

import './stages.css';
import { View, html, untracked } from '../views/view.js';
import { help } from '../views/help.js';
import { drawPicture } from './ink.js';
import { cssValue, themeOf } from '../widgets/theme.js';

const names = /** @type {const} */ (['ink', 'box', 'image']);

/** @typedef {{pixels: Float32Array | Uint8Array, h: number, w: number, theme: string, side: number}} Shown */

export class Stages extends View {
  /** What stands on each canvas: training answers with the same stages again and again. @type {Map<string, Shown>} */
  #shown = new Map();
  /** Side of a canvas, in device pixels. */
  #side = 0;
  /** @type {ResizeObserver | undefined} */ #observer;

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      this.app.store.prediction.value;
      this.#paint(themeOf(this.app.store));
    });
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
  }

  render() {
    const { t, store } = this.app;
    store.language.value;
    return html`
      <div class="stages" role="group" aria-label=${t('panel.stages')}>
        ${names.map(
          (name, index) => html`
            ${index ? html`<span class="stage-arrow" aria-hidden="true">→</span>` : ''}
            <figure title=${t(`stage.${name}Tip`)}>
              <canvas id="stage-${name}" role="img" aria-label=${t(`stage.${name}Tip`)} width="56" height="56"></canvas>
              <figcaption>${t(`stage.${name}`)}</figcaption>
            </figure>
          `,
        )}
        ${help(t, 'stages')}
      </div>
    `;
  }

  updated() {
    this.#measure();
  }

  #measure() {
    this.#side = Math.round((this.querySelector('canvas')?.clientWidth || 56) * devicePixelRatio);
    untracked(() => this.#paint(themeOf(this.app.store)));
  }

  /** @param {string} theme */
  #paint(theme) {
    const prediction = this.app.store.prediction.peek();
    const image = this.app.store.testImage.peek();
    const [h, w] = this.app.store.manifest.peek()?.shape ?? [28, 28];
    const side = this.#side;
    for (const name of names) {
      const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(`#stage-${name}`));
      const context = canvas?.getContext('2d');
      if (!canvas || !context) continue;
      const stage = prediction?.stages.find((each) => each.name === name);
      const picture = image && name === 'image' ? { pixels: image.pixels, h, w } : { pixels: new Uint8Array(), h: 0, w: 0 };
      const shown = { ...(stage?.h && stage.w ? stage : picture), theme, side };
      if (same(this.#shown.get(name), shown)) continue;
      // A copy: the stage is part of the numbers of a whole answer.
      this.#shown.set(name, { ...shown, pixels: shown.pixels.slice() });
      canvas.width = canvas.height = side;
      if (shown.h && shown.w) drawPicture(context, shown.pixels, shown.h, shown.w, side, cssValue(canvas, '--pad-ink'));
    }
  }
}

/** @param {Shown | undefined} a @param {Shown} b */
function same(a, b) {
  if (!a || a.h !== b.h || a.w !== b.w || a.theme !== b.theme || a.side !== b.side) return false;
  for (let i = 0; i < b.pixels.length; i++) if (a.pixels[i] !== b.pixels[i]) return false;
  return a.pixels.length === b.pixels.length;
}

customElements.define('cnn-stages', Stages);
