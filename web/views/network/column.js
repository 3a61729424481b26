// Markup of one column: name and shape, the maps, labels where there are few units, and the ends of the scale.

import { html, nothing } from '../view.js';
import { labelOf } from '../../widgets/stages.js';
import { formatShape, formatShapeShort, typeName } from '../../widgets/format.js';

/** @typedef {import('./layout.js').Column} Column */
/** @typedef {import('./layout.js').Layout} Layout */

/** Two numbers of one digit with their exponents, side by side. */
const kWidestLegend = 88;

/**
 * Where the legend lies, in the view: under the maps, or under maps and labels where there are labels.
 * @param {Column} column @param {Layout} layout
 */
export function legendBox(column, layout) {
  const width = Math.min(kWidestLegend, column.width + 2 * overhang(layout) - 2);
  const middle = column.labels ? column.x + column.width / 2 : column.mapsX + column.mapsWidth / 2;
  const top = Math.min(column.y + column.height - layout.footer + 4, column.mapsY + column.mapsHeight + 10);
  return { x: middle - width / 2, y: top, width };
}

/** How far texts may reach into the space beside their column. @param {Layout} layout */
function overhang(layout) {
  return Math.min(9, layout.gap / 2 - 1);
}

/**
 * @param {object} parts
 * @param {Column} parts.column
 * @param {Layout} parts.layout
 * @param {number} parts.dpr
 * @param {string[]} parts.names  of the classes, for the labels of a head
 * @param {import('../../i18n/index.js').Translate} parts.t
 * @param {() => void} parts.select
 * @param {(node: string) => void} parts.show  another step of the stage
 * @param {() => void} parts.unfold  the block that the column stands for
 */
export function columnTemplate({ column, layout, dpr, names, t, select, show, unfold }) {
  const { stage } = column;
  const { shown } = stage;
  const [lead] = stage.nodes;
  const { picture } = stage;
  const shape = picture?.size || formatShape(shown.shape);
  const type = typeName(t, lead.type);
  const step = (column.grid.h * column.grid.cell + column.grid.gap) / dpr;
  const labelsX = column.mapsX - column.x + column.mapsWidth + 5;
  const out = overhang(layout);
  const legend = legendBox(column, layout);
  const units = lead.role === 'head' ? names : [];
  return html`
    <div
      id="column-${stage.id}"
      class="network-column ${picture?.asked === false ? 'is-other' : ''}"
      data-role=${lead.role}
      data-node=${shown.name}
      style="left:${column.x}px;top:${column.y}px;width:${column.width}px;height:${column.height}px"
    >
      <div class="column-head" style="height:${layout.header}px;left:${-out}px;right:${-out}px">
        <button
          type="button"
          class="column-name"
          tabindex="-1"
          title=${t('network.columnTitle', { name: `${stage.id} · ${shape}`, type })}
          @click=${select}
        >
          <span class="name">${labelOf(stage)}</span><span class="dot"> · </span
          ><span class="shape">${layout.tight && !picture?.size ? formatShapeShort(shown.shape) : shape}</span>
        </button>
        ${
          stage.folded
            ? html`<button
                type="button"
                class="column-step"
                tabindex="-1"
                title=${t('network.unfoldOne', { name: stage.id })}
                @click=${unfold}
              >
                + ${stage.nodes.length}
              </button>`
            : stage.steps.length > 1
              ? stepButton(stage, t, show)
              : nothing
        }
      </div>
      <div
        class="column-maps"
        role="button"
        data-stage=${stage.index}
        aria-label=${t('network.mapsLabel', { name: stage.id, type, shape })}
        style="left:${column.mapsX - column.x}px;top:${column.mapsY - column.y}px"
      >
        <canvas aria-hidden="true"></canvas>
      </div>
      ${
        column.labels
          ? html`<ol
              class="column-units"
              aria-hidden="true"
              style="left:${labelsX}px;top:${column.mapsY - column.y}px;grid-auto-rows:${step}px"
            >
              ${Array.from({ length: column.grid.c }, (_, i) => html`<li>${units[i] ?? i}</li>`)}
            </ol>`
          : nothing
      }
      <div class="column-legend" style="left:${legend.x - column.x}px;top:${legend.y - column.y}px;width:${legend.width}px">
        <canvas width="64" height="1" aria-hidden="true"></canvas>
        <span class="low"></span><span class="high"></span>
      </div>
    </div>
  `;
}

/**
 * @param {import('../../widgets/stages.js').Stage} stage
 * @param {import('../../i18n/index.js').Translate} t
 * @param {(node: string) => void} show
 */
function stepButton(stage, t, show) {
  const at = stage.steps.indexOf(stage.shown);
  const next = stage.steps[(at + 1) % stage.steps.length];
  return html`<button
    type="button"
    class="column-step"
    aria-pressed=${at === stage.steps.length - 1 ? 'true' : 'false'}
    title=${t('network.step', { shown: typeName(t, stage.shown.type), next: typeName(t, next.type) })}
    @click=${() => show(next.name)}
  >
    ${typeName(t, stage.shown.type)}
  </button>`;
}
