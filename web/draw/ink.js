// Strokes and pictures on a canvas, for the eye only.

/** Width of the line, in pad units: that of the engine's pen when nothing else is said. */
const kPenWidth = 25;

/**
 * @param {CanvasRenderingContext2D} context  scaled to pad units
 * @param {number[][][]} strokes
 * @param {string} colour
 */
export function drawStrokes(context, strokes, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = kPenWidth;
  context.lineCap = context.lineJoin = 'round';
  for (const stroke of strokes) {
    if (stroke.length === 0) continue;
    context.beginPath();
    if (stroke.length === 1) {
      context.arc(stroke[0][0], stroke[0][1], kPenWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(stroke[0][0], stroke[0][1]);
    for (let i = 1; i + 1 < stroke.length; i++) {
      const [x, y] = stroke[i];
      context.quadraticCurveTo(x, y, (x + stroke[i + 1][0]) / 2, (y + stroke[i + 1][1]) / 2);
    }
    const last = stroke[stroke.length - 1];
    context.lineTo(last[0], last[1]);
    context.stroke();
  }
}

/**
 * A grey picture as ink: the pixel's value is how opaque the ink is.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} pixels  0…255 (bytes) or 0…1 (floats), the first channel is shown
 * @param {number} h
 * @param {number} w
 * @param {number} side  of the square to fill, device pixels
 * @param {string} colour
 */
export function drawPicture(context, pixels, h, w, side, colour) {
  const channels = Math.max(1, Math.round(pixels.length / (h * w)));
  const full = pixels instanceof Uint8Array ? 255 : 1;
  const edge = (/** @type {number} */ at, /** @type {number} */ count) => Math.round((at * side) / count);
  context.fillStyle = colour;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const value = pixels[(y * w + x) * channels] / full;
      if (!(value > 0)) continue;
      context.globalAlpha = Math.min(1, value);
      const [left, top] = [edge(x, w), edge(y, h)];
      context.fillRect(left, top, edge(x + 1, w) - left, edge(y + 1, h) - top);
    }
  }
  context.globalAlpha = 1;
}
