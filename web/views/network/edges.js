// Lines of the network view as SVG paths: from column to column always, from unit to unit for one unit only.

import { mapBox, windowBox } from '../../widgets/maps.js';
import { lanesOf } from './layout.js';
import { sourceChannels, sourceWindow } from '../../widgets/stages.js';

/** @typedef {import('./layout.js').Column} Column */
/** @typedef {import('../../widgets/stages.js').LayerSummary} LayerSummary */
/** @typedef {{node: LayerSummary, channel: number, row?: number, column?: number}} Unit */

const kLane = 14;
const kRound = 7;
/** More lines than this say nothing; every n-th is drawn. */
const kLines = 160;

/**
 * @param {import('./layout.js').Layout} layout
 * @returns {{path: string, from: string, to: string}[]}
 */
export function columnEdges({ columns, top: above, header, lane }) {
  const stages = columns.map(({ stage }) => stage);
  const edges = [];
  for (const to of columns) {
    for (const { stage: index } of to.stage.sources) {
      const from = columns[index];
      if (from.rank !== to.rank - 1) continue;
      const [y1, y2] = [middleOf(from), middleOf(to)];
      const [x1, x2] = [rightOf(from) + 5, to.mapsX - 5];
      if (x2 - x1 < 4) continue;
      const bend = (x2 - 4 - x1) / 2;
      const line = Math.abs(y1 - y2) < 2 ? `H${x2}` : `C${x1 + bend} ${y1} ${x1 + bend} ${y2} ${x2 - 4} ${y2}H${x2}`;
      edges.push({
        path: `M${x1} ${line[0] === 'H' ? y2 : y1}${line}${arrow(x2, y2, 1, 0)}`,
        from: from.stage.id,
        to: to.stage.id,
      });
    }
  }
  for (const { from: f, to: t, level } of lanesOf(stages).skips) {
    const [from, to] = [columns[f], columns[t]];
    const top = above + header + lane - level * kLane + 4;
    const x1 = from.mapsX + from.mapsWidth / 2 + 6;
    const x2 = to.mapsX + to.mapsWidth / 2 - 6;
    const [y1, y2] = [from.mapsY - 4, to.mapsY - 5];
    const r = Math.min(kRound, Math.abs(y1 - top), Math.abs(y2 - top));
    const path =
      `M${x1} ${y1}V${top + r}Q${x1} ${top} ${x1 + r} ${top}H${x2 - r}` +
      `Q${x2} ${top} ${x2} ${top + r}V${y2}${arrow(x2, y2, 0, 1)}`;
    edges.push({ path, from: from.stage.id, to: to.stage.id });
  }
  return edges;
}

/** @param {Column} column */
function middleOf(column) {
  return column.mapsY + column.mapsHeight / 2;
}

/** @param {Column} column */
function rightOf(column) {
  return column.mapsX + column.mapsWidth + column.labels;
}

/** @param {number} x @param {number} y @param {number} dx @param {number} dy */
function arrow(x, y, dx, dy) {
  const [bx, by] = [x - 4 * dx, y - 4 * dy];
  return `M${bx - 3 * dy} ${by - 3 * dx}L${x} ${y}L${bx + 3 * dy} ${by + 3 * dx}`;
}

/**
 * Box of a map, or of one of its values, in the view.
 * @param {Column} column @param {number} dpr @param {number} channel
 * @param {{row: number, column: number, h?: number, w?: number}} [window]
 */
export function boxIn(column, dpr, channel, window) {
  const box = window ? windowBox(column.grid, channel, window) : mapBox(column.grid, channel);
  if (!box) return null;
  return {
    x: column.mapsX + box.x / dpr,
    y: column.mapsY + box.y / dpr,
    width: box.width / dpr,
    height: box.height / dpr,
  };
}

/** @param {{x: number, y: number, width: number, height: number}} box @param {number} [outside] */
export function boxPath(box, outside = 0) {
  const { x, y, width, height } = box;
  return `M${x - outside} ${y - outside}h${width + 2 * outside}v${height + 2 * outside}h${-width - 2 * outside}z`;
}

/** Hairlines around the maps of a column: an empty map is white on white. @param {Column} column @param {number} dpr */
export function mapFrames(column, dpr) {
  let path = '';
  for (let channel = 0; channel < column.grid.c; channel++) {
    const box = boxIn(column, dpr, channel);
    if (box) path += boxPath(box, 0.5 / dpr);
  }
  return path;
}

/**
 * What a unit is made from: lines, the windows it looks at in each source map, and its receptive field in the input.
 * @param {Column[]} columns @param {Column} to @param {Unit} unit @param {number} dpr
 */
export function unitEdges(columns, to, unit, dpr) {
  const placed = unit.row !== undefined && unit.column !== undefined;
  const [row, column] = [unit.row ?? 0, unit.column ?? 0];
  const target = boxIn(to, dpr, unit.channel, placed ? { row, column } : undefined);
  if (!target) return { lines: '', windows: '', field: '' };
  const [x2, y2] = [target.x, target.y + target.height / 2];
  const lines = [];
  const windows = [];
  for (const source of to.stage.sources) {
    const from = columns[source.stage];
    const { from: first, to: end } = sourceChannels(to.stage, from.stage, unit.channel);
    const window = placed ? sourceWindow(to.stage.nodes[0], from.stage.shown, row, column) : undefined;
    const every = Math.ceil((end - first) / kLines);
    for (let channel = first; channel < end; channel++) {
      const box = boxIn(from, dpr, channel, window);
      if (!box) continue;
      windows.push(boxPath(box));
      if ((channel - first) % every) continue;
      const [x1, y1] = [box.x + box.width, box.y + box.height / 2];
      const bend = Math.max(8, (x2 - x1) / 2);
      lines.push(`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    }
  }
  return { lines: lines.join(''), windows: windows.join(''), field: placed ? fieldPath(columns, to, unit, dpr) : '' };
}

/**
 * A box in every map of a column, as far as it lies inside.
 * @param {Column} column @param {number} dpr
 * @param {{top: number, left: number, bottom: number, right: number}} box
 */
export function fieldBoxes(column, dpr, { top, left, bottom, right }) {
  const { h, w, c } = column.grid;
  const [height, width] = column.stage.shown.shape;
  if (h !== height || w !== width) return '';
  const window = { row: top, column: left, h: bottom - top + 1, w: right - left + 1 };
  const boxes = Array.from({ length: c }, (_, channel) => boxIn(column, dpr, channel, window));
  return boxes.map((each) => (each ? boxPath(each) : '')).join('');
}

/** @param {Column[]} columns @param {Column} to @param {Unit} unit @param {number} dpr */
function fieldPath(columns, to, unit, dpr) {
  const input = columns.find(({ stage }) => stage.sources.length === 0);
  const field = unit.node.receptive_field;
  if (!input || !field || input === to || input.stage.shown.shape[0] * input.stage.shown.shape[1] === 1) return '';
  const window = {
    row: Math.round(field.start[0] + field.jump[0] * (unit.row ?? 0)),
    column: Math.round(field.start[1] + field.jump[1] * (unit.column ?? 0)),
    h: field.size[0],
    w: field.size[1],
  };
  const paths = [];
  for (let channel = 0; channel < input.grid.c; channel++) {
    const box = boxIn(input, dpr, channel, window);
    if (box) paths.push(boxPath(box));
  }
  return paths.join('');
}
