// From pen to picture: the ink, its box scaled, and the image that the net reads, each as the engine made it.

import './stages.css';
import { View, html } from '../views/view.js';
import { help } from '../views/help.js';
import { drawPicture } from './ink.js';

const names = /** @type {const} */ (['ink', 'box', 'image']);

export class Stages extends View {
  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      const { prediction, theme } = this.app.store;
      prediction.value;
      theme.value;
      this.#paint();
    });
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
    this.#paint();
  }

  #paint() {
    const prediction = this.app.store.prediction.peek();
    const image = this.app.store.testImage.peek();
    for (const name of names) {
      const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(`#stage-${name}`));
      const context = canvas?.getContext('2d');
      if (!canvas || !context) continue;
      const stage = prediction?.stages.find((each) => each.name === name);
      const side = Math.round((canvas.clientWidth || 56) * devicePixelRatio);
      if (canvas.width !== side) canvas.width = canvas.height = side;
      context.clearRect(0, 0, side, side);
      const colour = getComputedStyle(canvas).getPropertyValue('--pad-ink').trim();
      if (stage?.h && stage.w) drawPicture(context, stage.pixels, stage.h, stage.w, side, colour);
      else if (image && name === 'image') {
        const [h, w] = this.app.store.manifest.peek()?.shape ?? [28, 28];
        drawPicture(context, image.pixels, h, w, side, colour);
      }
    }
  }
}

customElements.define('cnn-stages', Stages);
