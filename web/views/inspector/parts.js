// The pictures and numbers of a channel as markup; the inspector paints them and fills in what has `data-stat`.

import { html, nothing } from '../view.js';
import { formatAddress, formatShape } from '../../widgets/format.js';

/** @typedef {import('../../i18n/index.js').Translate} Translate */

/** @param {string} stat */
const scaleEnds = (stat) => html`<span data-stat="${stat}-low"></span
  ><canvas class="ramp" width="128" height="1" aria-hidden="true"></canvas
  ><span data-stat="${stat}-high"></span>`;

/**
 * @param {Translate} t @param {import('./subject.js').Subject} subject
 * @param {string} name  of the class that the channel stands for
 * @param {(channel: number) => void} go
 */
export function channelTemplate(t, { layer, channel = 0 }, name, go) {
  const [h, w, c] = layer.shape;
  const turn = (/** @type {string} */ key, /** @type {number} */ to, /** @type {string} */ sign) =>
    html`<button type="button" aria-label=${t(key)} title=${t(key)} ?disabled=${to < 0 || to >= c} @click=${() => go(to)}>
      ${sign}
    </button>`;
  return html`
    <div class="inspector-channel">
      ${turn('inspector.previous', channel - 1, '‹')}
      <span class="inspector-which">
        ${t(h * w === 1 ? 'inspector.unit' : 'inspector.channel', { n: channel, count: c })}
        ${name ? `· ${name}` : nothing}
      </span>
      ${turn('inspector.next', channel + 1, '›')}
    </div>
    ${
      h * w === 1
        ? html`<output class="inspector-value" data-stat="value"></output>`
        : html`<figure class="inspector-map">
            <div class="map-frame">
              <canvas
                role="img"
                aria-label=${t('inspector.mapLabel', { address: formatAddress({ node: layer.name, channel }) })}
              ></canvas>
              <span class="map-cursor" hidden></span>
            </div>
            <figcaption>${scaleEnds('scale')}</figcaption>
          </figure>`
    }
    <p class="inspector-position muted" data-stat="position"></p>
  `;
}

/** @param {Translate} t @param {boolean} whole  of the layer, else of a channel @param {string} kind */
export function numbersTemplate(t, whole, kind) {
  const empty = html`<span></span>`;
  return html`
    <h3>${t(whole ? 'inspector.valuesLayer' : 'inspector.valuesChannel')} · ${t(`network.${kind}`)}</h3>
    <dl class="facts compact">
      ${['low', 'high', 'mean', 'zeros'].map(
        (key) =>
          html`<div title=${t(`fact.${key}.help`)}>
            <dt>${t(`fact.${key}`)}</dt>
            <dd data-stat=${key}>${empty}</dd>
          </div>`,
      )}
    </dl>
    <figure class="inspector-histogram">
      <canvas class="histogram" role="img" aria-label=${t('inspector.histogram')}></canvas>
      <figcaption>
        <span data-stat="bins-low"></span><span>${t('inspector.histogram')}</span><span data-stat="bins-high"></span>
      </figcaption>
    </figure>
  `;
}

/** @param {Translate} t @param {import('../../widgets/weights.js').Weights} weights */
export function weightsTemplate(t, weights) {
  return html`
    <h3>${t('inspector.weights')}</h3>
    <figure class="inspector-kernel">
      <div class="map-frame">
        <canvas role="img" aria-label=${t('inspector.weightsLabel', { address: weights.address })}></canvas>
      </div>
      <figcaption>${scaleEnds('weights')}</figcaption>
      <p class="muted small">${weights.address} · ${formatShape(weights.shape)}</p>
    </figure>
  `;
}
