// The network view as one picture, drawn anew from the same layout.

import { formatShape } from '../../widgets/format.js';
import { labelOf } from '../../widgets/stages.js';
import { cssValue } from '../../widgets/theme.js';
import { legendBox } from './column.js';
import { columnEdges, mapFrames } from './edges.js';

const kMargin = 16;

/**
 * The whole net, even where the screen shows a part.
 * @param {Element} view @param {import('./layout.js').Layout} layout @param {import('./painter.js').Painter} painter
 * @param {string[]} names  of the classes @param {number} dpr
 * @returns {Promise<Blob>}
 */
export function drawPicture(view, layout, painter, names, dpr) {
  const colour = (/** @type {string} */ name) => cssValue(view, name);
  const font = getComputedStyle(view).fontFamily;
  const canvas = document.createElement('canvas');
  // At least two pixels for each of the screen: the picture is for slides.
  const sharpness = Math.max(2, Math.round(dpr));
  canvas.width = (layout.width + 2 * kMargin) * sharpness;
  canvas.height = (layout.height + 2 * kMargin) * sharpness;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.fillStyle = colour('--panel');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(sharpness, 0, 0, sharpness, kMargin * sharpness, kMargin * sharpness);
  context.imageSmoothingEnabled = false;
  context.lineWidth = 1;

  context.strokeStyle = colour('--line-strong');
  for (const { path } of columnEdges(layout)) context.stroke(new Path2D(path));
  for (const column of layout.columns) {
    const { map, legend, low, high } = /** @type {import('./painter.js').Parts} */ (painter.partsOf(column));
    const head = column.stage.nodes[0].role === 'head';
    const labels = column.labels ? Array.from({ length: column.grid.c }, (_, i) => (head && names[i]) || String(i)) : [];
    context.strokeStyle = colour('--line');
    context.stroke(new Path2D(mapFrames(column, dpr)));
    context.drawImage(map.canvas, column.mapsX, column.mapsY, column.mapsWidth, column.mapsHeight);

    const centre = column.x + column.width / 2;
    const text = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y) =>
      context.fillText(words, x, y);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = colour('--ink');
    context.font = `600 12px ${font}`;
    text(labelOf(column.stage), centre, column.y + 8);
    context.font = `12px ${font}`;
    context.fillStyle = colour('--muted');
    if (layout.header > 40) text(column.stage.picture?.size || formatShape(column.stage.shown.shape), centre, column.y + 24);

    context.textAlign = 'left';
    const step = (column.grid.h * column.grid.cell + column.grid.gap) / dpr;
    labels.forEach((label, i) => text(label, column.mapsX + column.mapsWidth + 5, column.mapsY + (i + 0.5) * step));

    if (layout.header <= 40) continue;
    const { x, y, width } = legendBox(column, layout);
    context.drawImage(legend, x, y, width, 4);
    context.strokeRect(x - 0.5, y - 0.5, width + 1, 5);
    text(low.textContent ?? '', x, y + 13);
    context.textAlign = 'right';
    text(high.textContent ?? '', x + width, y + 13);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))), 'image/png'),
  );
}
