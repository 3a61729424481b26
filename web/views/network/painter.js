// Paints predictions into the canvases of the columns, and the ends of their scales beneath.

import { formatValue } from '../../widgets/format.js';
import { MapCanvas, extent, normaliser, paintLegend } from '../../widgets/maps.js';
import { arranged } from '../../widgets/quantity.js';
import { legendBox } from './column.js';

/** @typedef {import('./layout.js').Column} Column */
/** @typedef {{map: MapCanvas, element: HTMLElement, maps: HTMLElement, legend: HTMLCanvasElement, low: Element,
 *   high: Element, room: number, painted: string, source: Float32Array | null, ramp: string}} Parts
 *   room: of the numbers under the legend; painted, source, ramp: what map and legend show, so that nothing is painted
 *   twice */

/** Least space between the two numbers under a legend. */
const kApart = 6;

export class Painter {
  /** By stage. @type {Map<string, Parts>} */ #parts = new Map();
  /** The newest numbers, by kind and address: weights come only when they change. @type {Map<string, Float32Array>} */
  #newest = new Map();
  /** Has the font of the legends: what has been painted is not asked for its width. */
  #ruler = document.createElement('canvas').getContext('2d');

  /** @param {Column} column */
  partsOf({ stage }) {
    return this.#parts.get(stage.id);
  }

  /**
   * The elements of a rendering.
   * @param {import('./layout.js').Layout} layout @param {ArrayLike<HTMLElement>} elements @param {number} dpr
   */
  bind(layout, elements, dpr) {
    /** @type {Map<string, Parts>} */
    const parts = new Map();
    layout.columns.forEach((column, i) => {
      const element = elements[i];
      const maps = /** @type {HTMLElement} */ (element.querySelector('.column-maps'));
      const canvas = /** @type {HTMLCanvasElement} */ (maps.firstElementChild);
      const [legend, low, high] = /** @type {HTMLElement} */ (element.querySelector('.column-legend')).children;
      const old = this.#parts.get(column.stage.id)?.map;
      const map = old?.canvas === canvas ? old : new MapCanvas(canvas);
      map.layout(column.grid, dpr);
      const room = legendBox(column, layout).width - kApart;
      const ramp = /** @type {HTMLCanvasElement} */ (legend);
      parts.set(column.stage.id, { map, element, maps, legend: ramp, low, high, room, painted: '', source: null, ramp: '' });
    });
    this.#parts = parts;
    if (!this.#ruler || !elements.length) return;
    const { fontSize, fontFamily } = getComputedStyle(/** @type {Element} */ (elements[0].querySelector('.column-legend')));
    this.#ruler.font = `${fontSize} ${fontFamily}`;
  }

  /** Another net: its numbers are not those of the old one, whatever their names. */
  forget() {
    this.#newest.clear();
  }

  /**
   * The hot path: while the pen moves it runs once per frame.
   * @param {Column[]} columns  those that can be seen
   * @param {import('../../worker/protocol.js').Prediction} prediction
   * @param {import('../../widgets/colour.js').Theme} theme
   * @param {import('../../i18n/index.js').Translate} t
   */
  paint(columns, prediction, theme, t) {
    for (const { kind, address, values } of prediction.tensors) this.#newest.set(`${kind} ${address}`, values);
    for (const column of columns) {
      const parts = this.partsOf(column);
      const picture = column.stage.picture;
      if (!parts || !picture) continue;
      const key = `${picture.kind} ${picture.address}`;
      const source = this.#newest.get(key);
      if (!source || (parts.source === source && parts.painted === `${key} ${theme} ${t.language()}`)) continue;
      const values = arranged(source, picture.order);
      const range = extent(values);
      // The input is ink on paper, unless preprocessing made some of it negative; all else is signed throughout, so
      // that a sign keeps its colour from layer to layer.
      const ink = picture.kind === 'activation' && column.stage.shown.role === 'input' && range[0] >= 0;
      if (!parts.map.paint(values, theme, ink ? 'unsigned' : 'signed', range)) continue;
      parts.source = source;
      parts.painted = `${key} ${theme} ${t.language()}`;
      drawLegend(parts, this.#ruler, theme, t);
    }
  }
}

/**
 * @param {Parts} parts
 * @param {CanvasRenderingContext2D | null} ruler  of the numbers
 * @param {import('../../widgets/colour.js').Theme} theme
 * @param {import('../../i18n/index.js').Translate} t
 */
function drawLegend(parts, ruler, theme, t) {
  const { map, legend, low: from, high: to, room } = parts;
  let [low, high] = map.extent;
  if (low >= 0)
    low = 0; // the scale starts at zero, even where the smallest value does not
  else if (high < 0) high = 0;
  // Most often the ends have changed and their shares of the scale have not.
  const shares = [low, high].map((end) => (end * normaliser(low, high)).toFixed(2));
  const ramp = `${theme} ${map.scale} ${shares.join()}`;
  if (parts.ramp !== ramp) paintLegend(legend, low, high, theme, map.scale);
  parts.ramp = ramp;
  const ends = (/** @type {number} */ digits) => [low, high].map((end) => formatValue(t, end, digits));
  let [first, last] = ends(2);
  const crowded = () => (ruler?.measureText(first + last).width ?? 0) > room;
  if (crowded()) [first, last] = ends(1);
  if (from.textContent !== first) from.textContent = first;
  if (to.textContent !== last) to.textContent = last;
  legend.parentElement?.classList.toggle('is-stacked', crowded());
}
