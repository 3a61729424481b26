// What is outlined in the network view: the selection, what is looked at, and what a unit sees.

import { nothing, svg } from '../view.js';
import { parseAddress } from '../../widgets/format.js';
import { stageOf } from '../../widgets/stages.js';
import { boxIn, boxPath, fieldBoxes, unitEdges } from './edges.js';

/** @typedef {import('./layout.js').Column} Column */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./walk.js').Place} Place */
/** @typedef {{place: Place, by: 'pointer' | 'keyboard'}} Look */

/** The place of an address, as if a pointer were there. @param {Layout | null} layout @param {string | null} address
 * @returns {Look | null} */
export function lookAt(layout, address) {
  const unit = parseAddress(address);
  const stages = layout?.columns.map(({ stage }) => stage) ?? [];
  const stage = unit && stageOf(stages, unit.node);
  if (!stage || !unit) return null;
  const { channel, row, column } = unit;
  const [h, w, c] = stage.shown.shape;
  if (h * w === 1) return { place: { stage: stage.index, channel }, by: 'pointer' };
  if (row === undefined && channel !== undefined && unit.node !== stage.shown.name) {
    // A unit of the same maps, flattened: the order of the values is the same.
    const at = Math.floor(channel / c);
    const place = { stage: stage.index, channel: channel % c, row: Math.floor(at / w), column: at % w };
    return { place, by: 'pointer' };
  }
  return { place: { stage: stage.index, channel, row, column }, by: 'pointer' };
}

/**
 * @param {object} parts
 * @param {Layout} parts.layout
 * @param {number} parts.dpr
 * @param {ReturnType<typeof parseAddress>} parts.selected
 * @param {import('../../widgets/stages.js').Stage | null | undefined} parts.chosen  the stage of the selection
 * @param {Look | null} parts.look
 * @param {{node: string, top: number, left: number, bottom: number, right: number}[]} parts.boxes
 */
export function marksTemplate({ layout, dpr, selected, chosen, look, boxes }) {
  const parts = [];
  if (chosen && selected) parts.push(outline('selected', layout.columns[chosen.index], selected, dpr));
  for (const box of boxes) {
    const column = layout.columns.find(({ stage }) => stage.shown.name === box.node);
    if (column) parts.push(svg`<path class="look-field" d=${fieldBoxes(column, dpr, box)}></path>`);
  }
  const place = look?.place;
  if (place && place.channel !== undefined) {
    const column = layout.columns[place.stage];
    const unit = { node: column.stage.shown, ...place, channel: place.channel };
    const { lines, windows, field } = unitEdges(layout.columns, column, unit, dpr);
    parts.push(
      svg`<path class="look-lines" d=${lines}></path>
        <path class="look-field" d=${field}></path>
        <path class="look-windows" d=${windows}></path>`,
      outline(look?.by === 'keyboard' ? 'look cursor' : 'look', column, place, dpr),
    );
  }
  return svg`${parts}`;
}

/**
 * @param {string} name @param {Column} column
 * @param {{channel?: number, row?: number, column?: number}} place @param {number} dpr
 */
function outline(name, column, place, dpr) {
  const { channel } = place;
  if (channel === undefined || channel >= column.grid.c) return nothing;
  const map = boxIn(column, dpr, channel);
  const window = windowOf(place);
  const cell = window ? boxIn(column, dpr, channel, window) : null;
  return svg`<path class="outline ${name}" d=${map ? boxPath(map, 1.5) : ''}></path>
    ${cell ? svg`<path class="outline cell ${name}" d=${boxPath(cell, 1)}></path>` : nothing}`;
}

/** @param {{row?: number, column?: number}} place */
export function windowOf({ row, column }) {
  return row === undefined || column === undefined ? undefined : { row, column };
}
