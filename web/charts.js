// Time series on canvas (uPlot), in a script of its own that is loaded when there is something to draw.

import UPlot from 'uplot';

/**
 * @typedef {object} CurveStyle
 * @property {string} label
 * @property {string} colour
 * @property {number} width
 * @property {number} [opacity]
 * @property {boolean} [points]
 */
/**
 * @typedef {object} ChartOptions
 * @property {number} width
 * @property {number} height
 * @property {CurveStyle[]} series
 * @property {{ink: string, grid: string, font: string}} look
 * @property {boolean} log
 * @property {boolean} share        values are shares of 1, shown in percent
 * @property {(value: number) => string} formatX
 * @property {(value: number) => string} formatY
 * @property {(index: number | null) => void} onCursor
 */
/**
 * @typedef {object} Chart
 * @property {(data: (number | null)[][]) => void} set
 * @property {(x: number | null) => void} mark  a place on the axis, by an upright line
 * @property {(width: number, height: number) => void} resize
 * @property {() => void} destroy
 */

/**
 * @param {HTMLElement} parent
 * @param {ChartOptions} options
 * @returns {Chart}
 */
export function createChart(parent, { width, height, series, look, log, share, formatX, formatY, onCursor }) {
  const axis = { stroke: look.ink, font: look.font, grid: { stroke: look.grid, width: 1 }, ticks: { show: false } };
  /** @type {number | null} */
  let marked = null;
  const drawMark = (/** @type {UPlot} */ u) => {
    if (marked === null) return;
    const { ctx, bbox } = u;
    const x = Math.round(u.valToPos(marked, 'x', true)) + 0.5;
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) return;
    ctx.save();
    ctx.strokeStyle = look.ink;
    ctx.setLineDash([4, 3]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  };
  const plot = new UPlot(
    {
      width,
      height,
      legend: { show: false },
      padding: [8, 22, 0, 0],
      cursor: { drag: { x: false, y: false }, points: { size: 6 }, y: false },
      scales: {
        x: { time: false },
        y: log
          ? { distr: 3, range: (_, low, high) => logRange(low, high) }
          : { range: (_, low, high) => (share ? shareRange(low) : [0, Math.max(1e-6, high * 1.05)]) },
      },
      series: [
        {},
        ...series.map(({ label, colour, width: stroke, opacity = 1, points = false }) => ({
          label,
          stroke: colour,
          width: stroke,
          alpha: opacity,
          spanGaps: true,
          points: { show: points, size: 5, fill: colour },
        })),
      ],
      axes: [
        { ...axis, size: 28, gap: 4, space: 64, values: (_, ticks) => ticks.map(formatX) },
        {
          ...axis,
          size: 48,
          gap: 4,
          space: 28,
          values: (_, ticks) => ticks.map((v) => (v === null || v === undefined ? '' : formatY(v))),
        },
      ],
      hooks: { setCursor: [(u) => onCursor(u.cursor.idx ?? null)], draw: [drawMark] },
    },
    [[], ...series.map(() => [])],
    parent,
  );
  return {
    set: (data) => plot.setData(/** @type {any} */ (data)),
    mark(x) {
      if (x === marked) return;
      marked = x;
      plot.redraw(false);
    },
    resize: (w, h) => plot.setSize({ width: w, height: h }),
    destroy: () => plot.destroy(),
  };
}

/**
 * Whole powers of ten look calm and always give the axis a label.
 * @param {number} low @param {number} high @returns {[number, number]}
 */
function logRange(low, high) {
  const from = Number.isFinite(low) && low > 0 ? low : 1e-3;
  const to = Number.isFinite(high) && high > from ? high : from * 10;
  return [10 ** Math.floor(Math.log10(from)), 10 ** Math.ceil(Math.log10(to))];
}

/** Accuracies near 1 deserve the whole height. @param {number} low @returns {[number, number]} */
function shareRange(low) {
  const floor = Number.isFinite(low) ? low : 0;
  return [floor >= 0.95 ? 0.95 : floor >= 0.8 ? 0.8 : floor >= 0.5 ? 0.5 : 0, 1];
}

/** @type {any} */ (globalThis).cnnCharts = { createChart };
