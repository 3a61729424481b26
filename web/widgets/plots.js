// Many numbers told by few, and drawn: statistics and histograms.

import { colourOf, css } from './colour.js';

/**
 * Counts of the values that are not exactly zero (zeros of a ReLU would dwarf everything else; they are told apart).
 * @param {ArrayLike<number>} values @param {number} low @param {number} high @param {number} bins
 * @param {number} [from] @param {number} [step]  every step-th value from `from` on
 */
export function histogram(values, low, high, bins, from = 0, step = 1) {
  const counts = new Uint32Array(bins);
  const factor = high > low ? bins / (high - low) : 0;
  for (let i = from; i < values.length; i += step) {
    const v = values[i];
    if (v === 0 || v !== v) continue;
    counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) * factor)))]++;
  }
  return counts;
}

/**
 * @param {ArrayLike<number>} values @param {number} [from] @param {number} [step]
 */
export function statistics(values, from = 0, step = 1) {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  let zeros = 0;
  let count = 0;
  for (let i = from; i < values.length; i += step) {
    const v = values[i];
    if (v < low) low = v;
    if (v > high) high = v;
    if (v === 0) zeros++;
    sum += v;
    count++;
  }
  const broken = Number.isNaN(sum) || count === 0;
  return {
    count,
    low: broken ? NaN : low,
    high: broken ? NaN : high,
    mean: sum / count,
    zeros: count ? zeros / count : 0,
  };
}

/**
 * Makes a canvas as sharp as the screen and empties it.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height  in CSS pixels
 * @returns {CanvasRenderingContext2D} in CSS pixels
 */
export function sharp(canvas, width, height) {
  const dpr = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * dpr), Math.round(height * dpr)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(dpr, 0, 0, dpr, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * Bars in the colours of the values they count.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint32Array} counts
 * @param {object} options
 * @param {number} options.low
 * @param {number} options.high
 * @param {import('./colour.js').Theme} options.theme
 * @param {string} options.line  colour of axis and outlines
 * @param {number} options.width
 * @param {number} options.height
 */
export function drawHistogram(canvas, counts, { low, high, theme, line, width, height }) {
  const context = sharp(canvas, width, height);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const step = width / counts.length;
  context.strokeStyle = line;
  context.lineWidth = 0.75;
  counts.forEach((count, i) => {
    if (count === 0) return;
    const bar = Math.max(1, (count / most) * (height - 2));
    const middle = (low + ((i + 0.5) / counts.length) * (high - low)) / reach;
    context.fillStyle = css(colourOf(theme, 'signed', middle));
    const [x, y] = [i * step + 0.5, height - bar - 0.5];
    context.fillRect(x, y, step - 1, bar);
    context.strokeRect(x, y, step - 1, bar);
  });
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(0, height - 0.5);
  context.lineTo(width, height - 0.5);
  if (low < 0 && high > 0) {
    const zero = Math.round((-low / (high - low)) * width) + 0.5;
    context.moveTo(zero, 0);
    context.lineTo(zero, height);
  }
  context.stroke();
}
