// Painting of activation maps: all channels of a node in one canvas, by table look-up, with one putImageData. Each
// value is a square of whole device pixels, so nothing is ever smoothed; a canvas is only written, never read back.

import { kHalf, tableOf } from './colour.js';

/**
 * @typedef {object} Grid  where the maps of one node lie in their canvas; all lengths in device pixels
 * @property {number} h
 * @property {number} w
 * @property {number} c
 * @property {number} columns  maps side by side
 * @property {number} rows
 * @property {number} cell     side of one value
 * @property {number} gap      between maps
 * @property {number} width    of the canvas
 * @property {number} height
 */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/**
 * @param {number[]} shape  [h, w, c]
 * @param {{columns: number, cell: number, gap: number}} options
 * @returns {Grid}
 */
export function gridOf([h, w, c], { columns, cell, gap }) {
  const across = Math.max(1, Math.min(columns, c));
  const rows = Math.ceil(c / across);
  const width = across * (w * cell + gap) - gap;
  const height = rows * (h * cell + gap) - gap;
  return { h, w, c, columns: across, rows, cell, gap, width, height };
}

/**
 * As few maps side by side, hence as large squares, as leave the picture no wider and no taller than `side` CSS pixels.
 * @param {[number, number, number]} shape @param {number} side @param {number} dpr
 */
export function fittingGrid([h, w, c], side, dpr) {
  const gap = c > 1 ? Math.round(3 * dpr) : 0;
  const room = side * dpr;
  for (let columns = 1; ; columns++) {
    const fitting = Math.floor(((room + gap) / columns - gap) / w);
    const cell = Math.max(1, Math.min(fitting, Math.floor(room / Math.max(h, 3)), Math.round(36 * dpr)));
    const grid = gridOf([h, w, c], { columns, cell, gap });
    if (columns >= c || fitting <= 1 || grid.height <= room) return grid;
  }
}

/** Box of one map. @param {Grid} grid @param {number} channel @returns {Box} */
export function mapBox(grid, channel) {
  const [width, height] = [grid.w * grid.cell, grid.h * grid.cell];
  return {
    x: (channel % grid.columns) * (width + grid.gap),
    y: Math.floor(channel / grid.columns) * (height + grid.gap),
    width,
    height,
  };
}

/**
 * Box of a window of values in one map, cut off at the map's edges.
 * @param {Grid} grid @param {number} channel
 * @param {{row: number, column: number, h?: number, w?: number}} window
 * @returns {Box | null}  null: wholly outside
 */
export function windowBox(grid, channel, { row, column, h = 1, w = 1 }) {
  const [top, left] = [Math.max(0, row), Math.max(0, column)];
  const [bottom, right] = [Math.min(grid.h, row + h), Math.min(grid.w, column + w)];
  if (bottom <= top || right <= left) return null;
  const map = mapBox(grid, channel);
  return {
    x: map.x + left * grid.cell,
    y: map.y + top * grid.cell,
    width: (right - left) * grid.cell,
    height: (bottom - top) * grid.cell,
  };
}

/**
 * Which value lies under a point of the canvas. A point in a gap belongs to the map before it.
 * @param {Grid} grid @param {number} x @param {number} y
 * @returns {{channel: number, row: number, column: number} | null}
 */
export function locate(grid, x, y) {
  const [stepX, stepY] = [grid.w * grid.cell + grid.gap, grid.h * grid.cell + grid.gap];
  const [across, down] = [Math.floor(x / stepX), Math.floor(y / stepY)];
  if (x < 0 || y < 0 || across >= grid.columns || down >= grid.rows) return null;
  const channel = down * grid.columns + across;
  if (channel >= grid.c) return null;
  const row = Math.min(grid.h - 1, Math.floor((y - down * stepY) / grid.cell));
  const column = Math.min(grid.w - 1, Math.floor((x - across * stepX) / grid.cell));
  return { channel, row, column };
}

/**
 * Smallest and largest number; NaN where there is one.
 * @param {ArrayLike<number>} values
 * @returns {[number, number]}
 */
export function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0; // becomes NaN with the first NaN, which comparisons would pass over
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v < low) low = v;
    if (v > high) high = v;
    sum += v;
  }
  if (values.length === 0 || (Number.isNaN(sum) && hasNaN(values))) return [NaN, NaN];
  return [low, high];
}

/** @param {ArrayLike<number>} values */
function hasNaN(values) {
  for (let i = 0; i < values.length; i++) if (values[i] !== values[i]) return true;
  return false;
}

/**
 * What a value must be multiplied with to lie in −1…1 of the scale.
 * @param {number} low @param {number} high
 */
export function normaliser(low, high) {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return reach > 0 && Number.isFinite(reach) ? 1 / reach : 1;
}

/**
 * @param {Uint32Array} pixels  grid.width · grid.height; gaps are left as they are
 * @param {Grid} grid
 * @param {ArrayLike<number>} values  [h, w, c]
 * @param {Uint32Array} table   of colour.js
 * @param {number} factor       of normaliser()
 */
export function paintMaps(pixels, grid, values, table, factor) {
  const { h, w, c, columns, cell, gap, width } = grid;
  const k = factor * kHalf;
  const centre = kHalf + 1.5; // + 1 for the entry of NaN, + ½ so that truncation rounds
  const last = 2 * kHalf + 1;
  const [stepX, stepY] = [w * cell + gap, h * cell + gap];
  for (let channel = 0; channel < c; channel++) {
    const origin = Math.floor(channel / columns) * stepY * width + (channel % columns) * stepX;
    for (let row = 0; row < h; row++) {
      const start = origin + row * cell * width;
      let from = row * w * c + channel;
      let to = start;
      for (let column = 0; column < w; column++, from += c) {
        let x = values[from] * k + centre;
        x = x < 1 ? 1 : x > last ? last : x;
        const colour = table[x | 0];
        if (cell === 1) pixels[to++] = colour;
        else for (let i = 0; i < cell; i++) pixels[to++] = colour;
      }
      for (let i = 1; i < cell; i++) pixels.copyWithin(start + i * width, start, start + w * cell);
    }
  }
}

/** A canvas that shows the maps of one node. */
export class MapCanvas {
  /** @type {Grid | undefined} */ grid;
  /** @type {[number, number]} */ extent = [0, 0];
  /** @type {ArrayLike<number> | undefined} */ values;
  /** @type {import('./colour.js').ScaleName} */ scale = 'signed';
  #canvas;
  #context;
  #dpr = 0;
  /** @type {ImageData | undefined} */ #image;
  /** @type {Uint32Array | undefined} */ #pixels;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  }

  get canvas() {
    return this.#canvas;
  }

  /** @param {Grid} grid @param {number} dpr  device pixels per CSS pixel */
  layout(grid, dpr) {
    const same = /** @type {(keyof Grid)[]} */ (Object.keys(grid)).every((key) => this.grid?.[key] === grid[key]);
    if (same && dpr === this.#dpr) return;
    this.#dpr = dpr;
    this.grid = grid;
    this.values = undefined;
    this.#canvas.width = grid.width;
    this.#canvas.height = grid.height;
    this.#canvas.style.width = `${grid.width / dpr}px`;
    this.#canvas.style.height = `${grid.height / dpr}px`;
    this.#image = this.#context.createImageData(grid.width, grid.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {import('./colour.js').Theme} theme
   * @param {import('./colour.js').ScaleName} scale
   * @param {[number, number]} [range]  the scale's ends; else those of the values
   * @returns {boolean}  false: the values are not of this shape (a net that is on its way out)
   */
  paint(values, theme, scale, range) {
    const grid = this.grid;
    if (!grid || !this.#image || !this.#pixels || values.length !== grid.h * grid.w * grid.c) return false;
    this.values = values;
    this.scale = scale;
    this.extent = range ?? extent(values);
    paintMaps(this.#pixels, grid, values, tableOf(theme, scale), normaliser(...this.extent));
    this.#context.putImageData(this.#image, 0, 0);
    return true;
  }

  /** The value under a point of the page. @param {number} clientX @param {number} clientY */
  locate(clientX, clientY) {
    if (!this.grid) return null;
    // The ratio instead of the device pixel ratio: the page may be scaled by a slide deck.
    const box = this.#canvas.getBoundingClientRect();
    return locate(
      this.grid,
      ((clientX - box.left) / box.width) * this.grid.width,
      ((clientY - box.top) / box.height) * this.grid.height,
    );
  }
}

/**
 * The part of a scale from `low` to `high`, for a legend: one row of pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} low @param {number} high
 * @param {import('./colour.js').Theme} theme @param {import('./colour.js').ScaleName} scale
 */
export function paintLegend(canvas, low, high, theme, scale) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const n = canvas.width;
  const image = context.createImageData(n, 1);
  const ramp = Float32Array.from({ length: n }, (_, i) => low + ((high - low) * i) / Math.max(1, n - 1));
  const grid = { h: 1, w: n, c: 1, columns: 1, rows: 1, cell: 1, gap: 0, width: n, height: 1 };
  paintMaps(new Uint32Array(image.data.buffer), grid, ramp, tableOf(theme, scale), normaliser(low, high));
  context.putImageData(image, 0, 0);
}
