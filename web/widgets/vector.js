// A part of the page as a picture for slides: what is on the screen is read off and drawn again as plain SVG (boxes,
// lines, texts, pictures), which every program opens; the PNG is made from it.

const kSpace = 'http://www.w3.org/2000/svg';
const kMargin = 12;
/** Pixels of a PNG for each of the page: slides are larger than the page. */
const kSharpness = 2;
/** Longer sides of a canvas are refused by browsers. */
const kLongest = 16000;
/** What leads somewhere or is typed into: a picture has no use for it. */
const kControls = '.popup, .visually-hidden, button.quiet, label, input, select, textarea, progress';
/** What the look of a drawn shape is made of. */
const kPaint = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'opacity', 'fill-opacity', 'stroke-opacity'];

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** @param {Element} root @returns {SVGSVGElement} */
function vectorOf(root) {
  const svg = /** @type {SVGSVGElement} */ (node('svg', {}));
  const frame = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const add = (/** @type {SVGElement} */ shape, /** @type {Box} */ box) => {
    frame.left = Math.min(frame.left, box.left);
    frame.top = Math.min(frame.top, box.top);
    frame.right = Math.max(frame.right, box.right);
    frame.bottom = Math.max(frame.bottom, box.bottom);
    svg.append(shape);
  };
  draw(root, add);
  if (frame.left > frame.right) Object.assign(frame, { left: 0, top: 0, right: 1, bottom: 1 });
  const [x, y] = [frame.left - kMargin, frame.top - kMargin].map(Math.floor);
  const [width, height] = [Math.ceil(frame.right + kMargin) - x, Math.ceil(frame.bottom + kMargin) - y];
  for (const [name, value] of Object.entries({ width, height, viewBox: `${x} ${y} ${width} ${height}` })) {
    svg.setAttribute(name, String(value));
  }
  svg.prepend(node('rect', { x, y, width, height, fill: paperOf(root) }));
  return svg;
}

/** @param {Element} element */
export function svgOf(element) {
  return new XMLSerializer().serializeToString(vectorOf(element));
}

/** @param {Element} element @returns {Promise<Uint8Array>} */
export async function pngOf(element) {
  const svg = vectorOf(element);
  const [width, height] = ['width', 'height'].map((side) => Number(svg.getAttribute(side)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const scale = Math.min(kSharpness, kLongest / Math.max(width, height));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error(`A canvas of ${canvas.width}×${canvas.height} gave no PNG.`);
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * @param {Element} element
 * @param {(shape: SVGElement, box: Box) => void} add
 */
function draw(element, add) {
  if (element.matches(kControls)) return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const box = element.getBoundingClientRect();
  const { left: x, top: y, width, height } = box;
  if (element instanceof SVGSVGElement) {
    if (width > 0 && element.childElementCount) add(copyOf(element, box), box);
    return;
  }
  if (width > 0 && height > 0) {
    const rx = parseFloat(style.borderTopLeftRadius) || 0;
    if (seen(style.backgroundColor)) add(node('rect', { x, y, width, height, rx, fill: style.backgroundColor }), box);
    for (const line of edges(box, style)) add(line, box);
    if (element instanceof HTMLCanvasElement && element.width * element.height > 0) {
      const look = { x, y, width, height, preserveAspectRatio: 'none', 'image-rendering': style.imageRendering };
      add(node('image', { ...look, href: element.toDataURL() }), box);
    }
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(child, add);
    else if (child instanceof Text) write(child, style, add);
  }
}

/** Border and outline, where they are painted. @param {DOMRect} box @param {CSSStyleDeclaration} style */
function* edges({ left, top, right, bottom }, style) {
  const sides = /** @type {const} */ ([
    ['Top', left, top, right, top],
    ['Right', right, top, right, bottom],
    ['Bottom', left, bottom, right, bottom],
    ['Left', left, top, left, bottom],
  ]);
  for (const [side, x1, y1, x2, y2] of sides) {
    const width = parseFloat(style[`border${side}Width`]);
    const colour = style[`border${side}Color`];
    if (!width || style[`border${side}Style`] === 'none' || !seen(colour)) continue;
    yield node('line', { x1, y1, x2, y2, stroke: colour, 'stroke-width': width });
  }
  if (style.outlineStyle !== 'solid' || !seen(style.outlineColor)) return;
  const [width, height, wide] = [right - left, bottom - top, parseFloat(style.outlineWidth)];
  yield node('rect', { x: left, y: top, width, height, fill: 'none', stroke: style.outlineColor, 'stroke-width': wide });
}

/**
 * A text, line by line as it was broken.
 * @param {Text} text @param {CSSStyleDeclaration} style @param {(shape: SVGElement, box: Box) => void} add
 */
function write(text, style, add) {
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  for (const { words, box } of lines(text)) {
    const upright = style.writingMode.startsWith('vertical');
    const [start, length] = upright ? [box.bottom, box.bottom - box.top] : [box.left, box.right - box.left];
    const { ascent, descent } = metrics(font);
    const across = upright ? box.left : box.top;
    const thick = upright ? box.right - box.left : box.bottom - box.top;
    const base = across + (thick * ascent) / (ascent + descent);
    /** @type {Record<string, string | number>} */
    const place = upright ? { transform: `translate(${base} ${start}) rotate(-90)` } : { x: start, y: base };
    const look = {
      fill: style.color,
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
      'font-style': style.fontStyle,
      textLength: length,
      lengthAdjust: 'spacingAndGlyphs',
    };
    const shape = node('text', { ...place, ...look });
    shape.textContent = words;
    add(shape, box);
  }
}

/** @param {Text} text @returns {{words: string, box: Box}[]} */
function lines(text) {
  /** @type {{words: string, box: Box}[]} */
  const found = [];
  const range = document.createRange();
  for (const { index, 0: word } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const [box] = range.getClientRects();
    if (!box?.width || !box.height) continue;
    const last = found.at(-1);
    // Words of one line share its top, or, written upright, its left side.
    if (!last || (Math.abs(last.box.top - box.top) > 1 && Math.abs(last.box.left - box.left) > 1)) {
      found.push({ words: word, box: { left: box.left, top: box.top, right: box.right, bottom: box.bottom } });
      continue;
    }
    last.words += ` ${word}`;
    last.box.left = Math.min(last.box.left, box.left);
    last.box.top = Math.min(last.box.top, box.top);
    last.box.right = Math.max(last.box.right, box.right);
    last.box.bottom = Math.max(last.box.bottom, box.bottom);
  }
  return found;
}

/** @type {CanvasRenderingContext2D | null} */
let measuring = null;

/** @param {string} font */
function metrics(font) {
  measuring ??= document.createElement('canvas').getContext('2d');
  if (!measuring) return { ascent: 4, descent: 1 };
  measuring.font = font;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = measuring.measureText('x');
  return { ascent, descent };
}

/** A drawing of the page with its look written into it. @param {SVGSVGElement} drawing @param {DOMRect} box */
function copyOf(drawing, { left, top, width, height }) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const shapes = copy.querySelectorAll('*');
  drawing.querySelectorAll('*').forEach((shape, i) => {
    const style = getComputedStyle(shape);
    for (const name of kPaint) shapes[i].setAttribute(name, style.getPropertyValue(name));
  });
  const place = { x: left, y: top, width, height, overflow: 'visible' };
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
  for (const each of [copy, ...shapes]) for (const name of ['class', 'style', 'id']) each.removeAttribute(name);
  return copy;
}

/** What lies behind an element. @param {Element | null} element @returns {string} */
function paperOf(element) {
  if (!element) return '#fff';
  const { backgroundColor } = getComputedStyle(element);
  return seen(backgroundColor) ? backgroundColor : paperOf(element.parentElement);
}

/** @param {string} colour */
function seen(colour) {
  return colour !== 'transparent' && !/^rgba\(.*, 0\)$/.test(colour);
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function node(name, attributes) {
  const made = document.createElementNS(kSpace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return /** @type {SVGElement} */ (made);
}
