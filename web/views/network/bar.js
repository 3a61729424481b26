// The strip above the net: what its maps are of, how large it is shown, and which blocks are folded.

import { html, nothing } from '../view.js';
import { kQuantities } from '../../widgets/quantity.js';
import '../../widgets/help.js';

/**
 * @param {object} parts
 * @param {import('../../i18n/index.js').Translate} parts.t
 * @param {import('../../worker/protocol.js').TensorKind} parts.quantity
 * @param {(quantity: import('../../worker/protocol.js').TensorKind) => void} parts.show
 * @param {number} parts.zoom
 * @param {(zoom: number) => void} parts.zoomTo
 * @param {'fold' | 'unfold' | null} parts.folding  what the button would do; null: there are no blocks
 * @param {() => void} parts.fold
 * @param {boolean} parts.slow  a training step is shown in slow motion
 * @param {(on: boolean) => void} parts.setSlow
 * @param {unknown} parts.menu  what can be taken out of the net
 */
export function barTemplate({ t, quantity, show, zoom, zoomTo, folding, fold, slow, setSlow, menu }) {
  const button = (/** @type {string} */ id, /** @type {string} */ sign, /** @type {number} */ to, off = false) => html`
    <button
      type="button"
      id="network-${id}"
      class="quiet"
      title=${t(`network.${id}`)}
      aria-label=${t(`network.${id}`)}
      ?disabled=${off}
      @click=${() => zoomTo(to)}
    >
      ${sign}
    </button>
  `;
  return html`
    <div class="network-bar" role="toolbar" aria-label=${t('network.bar')}>
      <div class="network-quantity" role="group" aria-label=${t('network.quantity')}>
        ${kQuantities.map(
          (kind) => html`
            <button
              type="button"
              id="show-${kind}"
              aria-pressed=${kind === quantity ? 'true' : 'false'}
              title=${t(`network.${kind}Tip`)}
              @click=${() => show(kind)}
            >
              ${t(`network.${kind}`)}
            </button>
          `,
        )}
      </div>
      <div class="network-tools">
        <button
          type="button"
          id="network-slow"
          class="quiet"
          aria-pressed=${slow ? 'true' : 'false'}
          title=${t('network.slowTip')}
          @click=${() => setSlow(!slow)}
        >
          ${t('network.slow')}
        </button>
        ${
          folding
            ? html`<button type="button" id="network-fold" class="quiet" title=${t(`network.${folding}Tip`)} @click=${fold}>
                ${t(`network.${folding}`)}
              </button>`
            : nothing
        }
        <div class="network-zoom" role="group" aria-label=${t('network.zoom')}>
          ${button('zoomOut', '−', zoom / kZoomStep, zoom <= kLeastZoom)}
          ${button('zoomFit', '⤢', 1, zoom === 1)}
          ${button('zoomIn', '+', zoom * kZoomStep, zoom >= kMostZoom)}
        </div>
        <cnn-help .label=${t('network.helpLabel')} .text=${t('network.help')}></cnn-help>
        ${menu}
      </div>
    </div>
  `;
}

export const kZoomStep = 1.25;
export const kLeastZoom = 0.25;
export const kMostZoom = 6;
