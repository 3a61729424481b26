// One unit of the net as it is painted: where it stands, its number, its address, and the words for both.

import { colourOf, css } from '../../widgets/colour.js';
import { formatAddress, formatShape, formatValue } from '../../widgets/format.js';
import { normaliser } from '../../widgets/maps.js';
import { boxIn } from './edges.js';
import { windowOf } from './look.js';

/** @typedef {import('./layout.js').Column} Column */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./painter.js').Painter} Painter */
/** @typedef {import('./walk.js').Place} Place */
/** @typedef {import('../../i18n/index.js').Translate} Translate */
/** @typedef {import('../../widgets/colour.js').Theme} Theme */

/**
 * What lies at a point of the window.
 * @param {Element} view @param {Layout | null} layout @param {Painter} painter @param {number} x @param {number} y
 * @returns {Place | null}
 */
export function placeAt(view, layout, painter, x, y) {
  const maps = document.elementFromPoint(x, y)?.closest?.('.column-maps');
  if (!maps || !view.contains(maps)) return null;
  const stage = Number(/** @type {HTMLElement} */ (maps).dataset.stage);
  const column = layout?.columns[stage];
  const found = column && painter.partsOf(column)?.map.locate(x, y);
  if (!column || !found) return null;
  const vector = column.grid.h * column.grid.w === 1 || column.stage.picture?.order;
  return vector ? { stage, channel: found.channel } : { stage, ...found };
}

/**
 * Number and address of a place. Of a whole map: its largest value.
 * @param {Painter} painter @param {Column} column @param {Place} place @param {Theme} theme
 */
function describe(painter, column, place, theme) {
  const map = painter.partsOf(column)?.map;
  const { h, w, c } = column.grid;
  if (!map?.values || place.channel === undefined) return null;
  const node = column.stage.shown.name;
  const placed = place.row !== undefined || h * w === 1;
  let value = -Infinity;
  if (placed) value = map.values[((place.row ?? 0) * w + (place.column ?? 0)) * c + place.channel];
  else for (let i = place.channel; i < map.values.length; i += c) value = Math.max(value, map.values[i]);
  const colour = colourOf(theme, map.scale, value * normaliser(...map.extent) || 0);
  return { value, colour, placed, address: formatAddress({ node, ...place, channel: place.channel }) };
}

/**
 * What the readout beside a place says, and the box of the window that it must leave free.
 * @param {{layout: Layout, painter: Painter, plane: DOMRect, dpr: number, theme: Theme, t: Translate}} net
 * @param {Place} place
 */
export function readoutOf({ layout, painter, plane, dpr, theme, t }, place) {
  const column = layout.columns[place.stage];
  const unit = column && describe(painter, column, place, theme);
  const box = unit && boxIn(column, dpr, /** @type {number} */ (place.channel), windowOf(place));
  if (!unit || !box) return null;
  const zoom = plane.width / (layout.width || 1);
  const [left, top] = [plane.left + box.x * zoom, plane.top + box.y * zoom];
  const { shown } = column.stage;
  return {
    beside: { left, top, right: left + box.width * zoom, bottom: top + box.height * zoom },
    content: {
      value: formatValue(t, unit.value),
      swatch: css(unit.colour),
      address: unit.address,
      details: [...(unit.placed ? [] : [t('network.largest')]), `${shown.name} · ${formatShape(shown.shape)}`],
    },
  };
}

/**
 * A place in words, for those who do not see it.
 * @param {{layout: Layout, painter: Painter, theme: Theme, t: Translate}} net @param {Place} place
 */
export function sentenceOf({ layout, painter, theme, t }, place) {
  const column = layout.columns[place.stage];
  if (place.channel === undefined) {
    const [low, high] = painter.partsOf(column)?.map.extent ?? [0, 0];
    return t('network.sayLayer', {
      name: column.stage.id,
      count: column.grid.c,
      low: formatValue(t, low, 3),
      high: formatValue(t, high, 3),
    });
  }
  const unit = describe(painter, column, place, theme);
  if (!unit) return '';
  const key = unit.placed ? 'network.sayValue' : 'network.sayChannel';
  return t(key, { address: unit.address, value: formatValue(t, unit.value, 3) });
}
