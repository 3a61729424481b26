// Where everything lies in the network view, from sizes alone: nothing is measured in the document. Lengths are CSS
// pixels, but the squares of the maps are whole device pixels.

import { gridOf } from '../../widgets/maps.js';

/** @typedef {import('../../widgets/stages.js').Stage} Stage */
/**
 * @typedef {object} Column
 * @property {Stage} stage
 * @property {import('../../widgets/maps.js').Grid} grid  in device pixels
 * @property {number} x       left of the column
 * @property {number} width   of the column
 * @property {number} mapsX   left and top of the canvas
 * @property {number} mapsY
 * @property {number} mapsWidth
 * @property {number} mapsHeight
 * @property {number} labels  width of the labels beside the units, where these are few
 */
/** @typedef {{columns: Column[], width: number, height: number, lane: number, fits: boolean, tight: boolean,
 *   gap: number}} Layout */

export const kHeader = 58;
export const kFooter = 30;
/** Space above the maps for each level of skipping edges. */
const kLane = 14;
/** Least width of a column (its legend has two numbers), most for its name alone, least space between columns. */
const kNormal = { least: 48, name: 80, gap: 18, cell: 9 };
/** For frames and phones, before scrolling begins. */
const kTight = { least: 42, name: 52, gap: 8, cell: 6 };
/** Side that a map should at least have, as far as squares of whole pixels allow. */
const kLegible = 20;
/** Columns taller than this do not become better. */
const kTallest = 620;
const kTallestVector = 460;
const kListedUnits = 16;
const kListLabel = 22;

/** Sides (of a 28×28 map) that are tried, largest first. */
const kSides = [112, 104, 96, 88, 80, 72, 64, 58, 52, 46, 40];
const kTightSides = [58, 52, 46, 40, 34, 28];
/** When nothing fits, the view scrolls, at this one. */
const kScrollSide = 56;

/**
 * headLabel: width of the names of the classes
 * @typedef {{width: number, height: number, dpr: number, headLabel?: number}} Space
 */

/**
 * @param {Stage[]} stages
 * @param {Space} space
 * @returns {Layout}
 */
export function layoutOf(stages, space) {
  const lane = lanesOf(stages).levels * kLane;
  for (const side of kSides) {
    const layout = attempt(stages, space, side, lane, kNormal);
    if (layout.fits) return layout;
  }
  for (const side of kTightSides) {
    const layout = attempt(stages, space, side, lane, kTight);
    if (layout.fits) return layout;
  }
  return attempt(stages, space, kScrollSide, lane, kNormal);
}

/**
 * @param {Stage[]} stages @param {Space} space
 * @param {number} side @param {number} lane @param {typeof kNormal} spacing
 * @returns {Layout}
 */
function attempt(stages, space, side, lane, spacing) {
  const room = Math.max(120, space.height - kHeader - kFooter - lane);
  const columns = stages.map((stage) => column(stage, side, Math.min(room, kTallest), space, spacing));
  const content = columns.reduce((sum, { width }) => sum + width, 0);
  const gaps = Math.max(1, columns.length - 1);
  const narrowest = spacing.gap;
  const free = space.width - content;
  const gap = Math.min(64, Math.max(narrowest, Math.floor(free / gaps)));
  const fits = free >= gaps * narrowest && columns.every(({ mapsHeight }) => mapsHeight <= room);
  // What is left over goes to both sides: the net stands in the middle of its panel.
  let x = fits ? Math.max(0, Math.floor((space.width - content - gap * gaps) / 2)) : 0;
  const middle = kHeader + lane + room / 2;
  for (const c of columns) {
    c.x = x;
    c.mapsX = x + Math.floor((c.width - c.mapsWidth - c.labels) / 2);
    c.mapsY = Math.round(Math.max(kHeader + lane, middle - c.mapsHeight / 2));
    x += c.width + gap;
  }
  const tallest = Math.max(...columns.map(({ mapsHeight }) => mapsHeight), 0);
  const height = kHeader + lane + Math.max(room, tallest) + kFooter;
  return { columns, width: fits ? space.width : x - gap, height, lane, fits, tight: spacing === kTight, gap };
}

/**
 * @param {Stage} stage @param {number} side @param {number} room @param {Space} space @param {typeof kNormal} spacing
 * @returns {Column}
 */
function column(stage, side, room, { dpr, headLabel = kListLabel }, spacing) {
  const [h, w, c] = stage.shown.shape;
  const vector = h === 1 && w === 1;
  const listed = vector && c <= kListedUnits;
  const size = Math.max(h, w);
  let want;
  if (vector)
    want = listed ? Math.min(24, Math.floor(room / c) - 3) : c <= 160 ? spacing.cell : Math.min(7, spacing.cell);
  else if (c === 1) want = side * 1.4 * Math.sqrt(size / 28);
  // Smaller maps may be smaller on screen, but not in proportion; many channels share one column's width.
  else want = Math.max(20, side * Math.sqrt(size / 28) * (c > 16 ? Math.sqrt(16 / c) : 1));
  // Whole device pixels; a map that would be too small to see takes the next larger square.
  const cell = Math.max(
    1,
    Math.round((want * dpr) / size),
    !vector && size < kLegible ? Math.ceil((kLegible * dpr) / size) : 1,
  );
  const gap = Math.max(1, Math.round((vector ? (listed ? 3 : 1) : 4) * dpr));
  const step = (h * cell + gap) / dpr;
  const tall = vector ? Math.min(room, kTallestVector) : room;
  const rows = Math.max(1, Math.floor((tall + gap / dpr) / step));
  const across = Math.ceil(c / rows);
  // As few columns as fit, then evenly filled: 16 maps in 2 × 8, not 11 + 5; a full rectangle if one is near.
  let even = Math.ceil(c / Math.ceil(c / across));
  for (let n = even; n <= even + Math.ceil(even / 3); n++) {
    if (c % n === 0) {
      even = n;
      break;
    }
  }
  const grid = gridOf([h, w, c], { columns: even, cell, gap });
  const [mapsWidth, mapsHeight] = [grid.width / dpr, grid.height / dpr];
  const labels = !listed ? 0 : stage.nodes[0].role === 'head' ? headLabel : kListLabel;
  // About 6.5 px per letter of the name above it.
  const name = Math.min(spacing.name, 4 + 6.5 * stage.id.length);
  const width = Math.max(spacing.least, name, Math.ceil(mapsWidth) + labels);
  return { stage, grid, x: 0, width, mapsX: 0, mapsY: 0, mapsWidth, mapsHeight, labels };
}

/**
 * Edges that jump over stages, each with a level (1, 2, …) so that no two of one level overlap.
 * @param {Stage[]} stages
 */
export function lanesOf(stages) {
  /** @type {{from: number, to: number, level: number}[]} */
  const skips = [];
  for (const stage of stages) {
    for (const { stage: from } of stage.sources) {
      if (from < stage.index - 1) skips.push({ from, to: stage.index, level: 0 });
    }
  }
  skips.sort((a, b) => a.to - a.from - (b.to - b.from));
  for (const skip of skips) {
    const taken = skips.filter((s) => s.level > 0 && s.from < skip.to && skip.from < s.to).map(({ level }) => level);
    skip.level = 1;
    while (taken.includes(skip.level)) skip.level++;
  }
  return { skips, levels: skips.reduce((most, { level }) => Math.max(most, level), 0) };
}
