// Where everything lies in the network view, from sizes alone: nothing is measured in the document. Lengths are CSS
// pixels, but the squares of the maps are whole device pixels.

import { gridOf } from '../../widgets/maps.js';
import { labelOf } from '../../widgets/stages.js';

/** @typedef {import('../../widgets/stages.js').Stage} Stage */
/**
 * @typedef {object} Column
 * @property {Stage} stage
 * @property {import('../../widgets/maps.js').Grid} grid  in device pixels
 * @property {number} rank     how many columns lie before it on the longest way from the input
 * @property {number} x        left, top and extents of the column
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} mapsX   left and top of the canvas
 * @property {number} mapsY
 * @property {number} mapsWidth
 * @property {number} mapsHeight
 * @property {number} labels  width of the labels beside the units, where these are few
 */
/** @typedef {{id: string, x: number, width: number}} Block  a block of the definition that is not folded */
/**
 * @typedef {object} Layout
 * @property {Column[]} columns
 * @property {Block[]} blocks
 * @property {number} width
 * @property {number} height
 * @property {number} top     below the names of the blocks
 * @property {number} header  height of names above maps
 * @property {number} footer  height of the scale below them
 * @property {number} lane    height of the edges that jump over columns
 * @property {number} side    of a map of 28×28 that was aimed at
 * @property {boolean} fits   nothing has to be scrolled
 * @property {boolean} tight
 * @property {number} gap
 */

/** Around the net; network-view.css says the same. */
export const kMargin = 10;
const kBlockBar = 22;
/** Space above the maps for each level of skipping edges. */
const kLane = 14;
/** Least width of a column (its legend has two numbers), most for its name alone, least space between columns. */
const kNormal = { least: 48, name: 80, gap: 18, cell: 9, header: 58, footer: 30 };
/** For frames and phones, before scrolling begins. */
const kTight = { least: 42, name: 52, gap: 8, cell: 6, header: 58, footer: 30 };
/** Maps alone, for deep nets seen whole. */
const kDense = { least: 14, name: 14, gap: 7, cell: 3, header: 18, footer: 4 };
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
 * headLabel: width of the names of the classes; zoom: 1 is the whole net, as far as it can be read
 * @typedef {{width: number, height: number, dpr: number, headLabel?: number, zoom?: number}} Space
 */

/**
 * @param {Stage[]} stages
 * @param {Space} space
 * @returns {Layout}
 */
export function layoutOf(stages, space) {
  const whole = wholeNet(stages, space);
  const { zoom = 1 } = space;
  if (zoom === 1) return whole;
  const side = whole.side * zoom;
  const spacing = side >= 40 && !whole.tight ? kNormal : side >= 28 ? kTight : kDense;
  return attempt(stages, { ...space, height: space.height * zoom }, side, spacing);
}

/** @param {Stage[]} stages @param {Space} space */
function wholeNet(stages, space) {
  for (const side of kSides) {
    const layout = attempt(stages, space, side, kNormal);
    if (layout.fits) return layout;
  }
  for (const side of kTightSides) {
    const layout = attempt(stages, space, side, kTight);
    if (layout.fits) return layout;
  }
  return attempt(stages, space, kScrollSide, kNormal);
}

/** How many stages lie before each on the longest way to it. @param {Stage[]} stages */
export function ranksOf(stages) {
  /** @type {number[]} */
  const ranks = [];
  for (const { sources } of stages) ranks.push(1 + Math.max(-1, ...sources.map(({ stage }) => ranks[stage])));
  return ranks;
}

/**
 * @param {Stage[]} stages @param {Space} space
 * @param {number} side @param {typeof kNormal} spacing
 * @returns {Layout}
 */
function attempt(stages, space, side, spacing) {
  const { header, footer } = spacing;
  const { skips, levels } = lanesOf(stages);
  const lane = levels * kLane;
  const top = stages.some(({ block, folded }) => block && !folded) ? kBlockBar : 0;
  const ranks = ranksOf(stages);
  const bands = Array.from({ length: Math.max(0, ...ranks) + 1 }, (_, rank) =>
    stages.filter((_stage, i) => ranks[i] === rank),
  );
  // What an edge leaves upwards stands on top.
  const jumps = new Set(skips.map(({ from }) => from));
  for (const band of bands) band.sort((a, b) => Number(jumps.has(b.index)) - Number(jumps.has(a.index)));
  const tallest = kTallest * Math.max(1, space.zoom ?? 1);
  const rooms = bands.map(({ length }) =>
    Math.max(length === 1 ? 120 : 24, (space.height - top - lane - length * (header + footer)) / length),
  );
  const packed = bands.map((band, rank) =>
    band.map((stage) => ({ ...column(stage, side / Math.sqrt(band.length), Math.min(rooms[rank], tallest), space, spacing), rank })),
  );
  const widths = packed.map((band) => Math.max(...band.map(({ width }) => width)));
  const content = widths.reduce((sum, width) => sum + width, 0);
  const gaps = Math.max(1, bands.length - 1);
  const narrowest = spacing.gap;
  const free = space.width - content;
  const gap = Math.min(64, Math.max(narrowest, Math.floor(free / gaps)));
  const fitting = packed.every((band, rank) => band.every(({ mapsHeight }) => mapsHeight <= rooms[rank]));
  const fits = free >= gaps * narrowest && fitting;
  // What is left over goes to both sides: the net stands in the middle of its panel.
  let x = Math.max(0, Math.floor((space.width - content - gap * gaps) / 2));
  let bottom = 0;
  packed.forEach((band, rank) => {
    let y = top;
    band.forEach((c, i) => {
      const above = header + (i === 0 ? lane : 0);
      const room = Math.max(rooms[rank], c.mapsHeight);
      c.x = x + Math.floor((widths[rank] - c.width) / 2);
      c.y = y;
      c.mapsX = c.x + Math.floor((c.width - c.mapsWidth - c.labels) / 2);
      c.mapsY = Math.round(y + above + (room - c.mapsHeight) / 2);
      c.height = above + room + footer;
      y += c.height;
    });
    bottom = Math.max(bottom, y);
    x += widths[rank] + gap;
  });
  const columns = packed.flat().sort((a, b) => a.stage.index - b.stage.index);
  return {
    columns,
    blocks: unfolded(columns),
    width: Math.max(space.width, x - gap),
    height: bottom,
    top,
    header,
    footer,
    lane,
    side,
    fits,
    tight: spacing !== kNormal,
    gap,
  };
}

/** @param {Column[]} columns @returns {Block[]} */
function unfolded(columns) {
  /** @type {Map<string, {id: string, x: number, width: number}>} */
  const blocks = new Map();
  for (const { stage, x, width } of columns) {
    if (!stage.block || stage.folded) continue;
    const block = blocks.get(stage.block) ?? { id: stage.block, x, width: 0 };
    const right = Math.max(block.x + block.width, x + width);
    block.x = Math.min(block.x, x);
    block.width = right - block.x;
    blocks.set(stage.block, block);
  }
  return [...blocks.values()];
}

/**
 * @param {Stage} stage @param {number} side @param {number} room @param {Space} space @param {typeof kNormal} spacing
 * @returns {Column}
 */
function column(stage, side, room, { dpr, headLabel = kListLabel }, spacing) {
  const [h, w, c] = stage.picture?.shape ?? stage.shown.shape;
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
  const name = Math.min(spacing.name, 4 + 6.5 * labelOf(stage).length);
  const width = Math.max(spacing.least, name, Math.ceil(mapsWidth) + labels);
  return { stage, grid, rank: 0, x: 0, y: 0, width, height: 0, mapsX: 0, mapsY: 0, mapsWidth, mapsHeight, labels };
}

/**
 * Edges that jump over stages, each with a level (1, 2, …) so that no two of one level overlap.
 * @param {Stage[]} stages
 */
export function lanesOf(stages) {
  const ranks = ranksOf(stages);
  /** @type {{from: number, to: number, level: number}[]} */
  const skips = [];
  for (const stage of stages) {
    for (const { stage: from } of stage.sources) {
      if (ranks[from] < ranks[stage.index] - 1) skips.push({ from, to: stage.index, level: 0 });
    }
  }
  const length = (/** @type {{from: number, to: number}} */ { from, to }) => ranks[to] - ranks[from];
  const overlap = (/** @type {{from: number, to: number}} */ a, /** @type {{from: number, to: number}} */ b) =>
    ranks[a.from] < ranks[b.to] && ranks[b.from] < ranks[a.to];
  skips.sort((a, b) => length(a) - length(b));
  for (const skip of skips) {
    const taken = skips.filter((s) => s.level > 0 && overlap(s, skip)).map(({ level }) => level);
    skip.level = 1;
    while (taken.includes(skip.level)) skip.level++;
  }
  return { skips, levels: skips.reduce((most, { level }) => Math.max(most, level), 0) };
}
