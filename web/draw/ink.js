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

/** Where pictures become ink before they are enlarged. @type {CanvasRenderingContext2D | null} */
let small = null;

/**
 * A grey picture as ink: the pixel's value is how opaque the ink is.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} pixels  0…255 (bytes) or 0…1 (floats), the first channel is shown
 * @param {number} h
 * @param {number} w
 * @param {number} side  of the square in whose middle it stands, device pixels
 * @param {string} colour
 */
export function drawPicture(context, pixels, h, w, side, colour) {
  const channels = Math.max(1, Math.round(pixels.length / (h * w)));
  const scale = pixels instanceof Uint8Array ? 1 : 255;
  small ??= document.createElement('canvas').getContext('2d');
  if (!small) return;
  [small.canvas.width, small.canvas.height] = [w, h];
  const image = small.createImageData(w, h);
  for (let i = 0; i < h * w; i++) image.data[4 * i + 3] = pixels[i * channels] * scale;
  small.putImageData(image, 0, 0);
  small.globalCompositeOperation = 'source-in';
  small.fillStyle = colour;
  small.fillRect(0, 0, w, h);
  const [width, height] = [w, h].map((length) => Math.round((side * length) / Math.max(h, w)));
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, (side - width) >> 1, (side - height) >> 1, width, height);
}
