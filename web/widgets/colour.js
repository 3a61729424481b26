// Colour scales for numbers. Every scale is a path of a few anchors in OKLab (Ottosson 2020), walked at constant
// speed: equal steps of the value look like equal steps of the colour. Blue and orange stay apart for protan, deutan
// and tritan eyes (tests/web/colour.test.mjs simulates all three), and zero is exactly grey.

/** @typedef {'light' | 'dark'} Theme */
/** @typedef {'signed' | 'unsigned'} ScaleName */

/** Anchors as [lightness, chroma, hue°], from zero outwards. */
const anchors = {
  light: {
    negative: [
      [1, 0, 250],
      [0.74, 0.118, 247],
      [0.47, 0.155, 258],
    ],
    positive: [
      [1, 0, 62],
      [0.74, 0.153, 60],
      [0.47, 0.125, 42],
    ],
    ink: [
      [1, 0, 260],
      [0.24, 0.02, 260],
    ],
  },
  dark: {
    negative: [
      [0.145, 0, 255],
      [0.5, 0.135, 255],
      [0.83, 0.1, 232],
    ],
    positive: [
      [0.145, 0, 52],
      [0.5, 0.118, 48],
      [0.83, 0.14, 74],
    ],
    ink: [
      [0.145, 0, 90],
      [0.96, 0.012, 90],
    ],
  },
};

/** Half of the signed table; a table has 2 · kHalf + 1 colours, plus entry 0 for "not a number". */
export const kHalf = 512;
/** Colour of NaN: no scale comes near it. */
const notANumber = [214, 38, 190];

/** @param {number[]} lch @returns {[number, number, number]} */
function toLab([l, c, h]) {
  const angle = (h * Math.PI) / 180;
  return [l, c * Math.cos(angle), c * Math.sin(angle)];
}

/** OKLab → linear sRGB. @param {number[]} lab @returns {[number, number, number]} */
export function labToLinear([l, a, b]) {
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
}

/** Linear sRGB → OKLab. @param {number[]} rgb @returns {[number, number, number]} */
export function linearToLab([r, g, b]) {
  const x = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const y = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const z = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * x + 0.793617785 * y - 0.0040720468 * z,
    1.9779984951 * x - 2.428592205 * y + 0.4505937099 * z,
    0.0259040371 * x + 0.7827717662 * y - 0.808675766 * z,
  ];
}

/** @param {number} value  linear 0…1 @returns {number} 0…255 */
function encode(value) {
  const v = Math.min(1, Math.max(0, value));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}

/** @param {number} byte @returns {number} */
export function decode(byte) {
  const v = byte / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

/**
 * A point of the way along `path`, by its length.
 * @param {number[][]} path @param {number} t 0…1
 * @returns {[number, number, number]}
 */
function along(path, t) {
  const points = path.map(toLab);
  const lengths = points
    .slice(1)
    .map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1], p[2] - points[i][2]));
  let rest = t * lengths.reduce((sum, length) => sum + length, 0);
  let segment = 0;
  while (segment < lengths.length - 1 && rest > lengths[segment]) rest -= lengths[segment++];
  const share = rest / lengths[segment];
  const [from, to] = [points[segment], points[segment + 1]];
  const lab = from.map((v, i) => v + share * (to[i] - v));
  const rgb = labToLinear(lab).map(encode);
  return [rgb[0], rgb[1], rgb[2]];
}

/**
 * Colour of a value of the scale: −1…1 for signed, 0…1 for unsigned.
 * @param {Theme} theme @param {ScaleName} scale @param {number} value
 * @returns {[number, number, number]}
 */
export function colourOf(theme, scale, value) {
  const set = anchors[theme];
  const path = scale === 'unsigned' ? set.ink : value < 0 ? set.negative : set.positive;
  return along(path, Math.min(1, Math.abs(scale === 'unsigned' ? Math.max(0, value) : value)));
}

/** @type {Map<string, Uint32Array>} */
const tables = new Map();

/**
 * The scale as packed pixels (ABGR, as ImageData has them on little-endian machines; WebAssembly is little-endian too).
 * Entry 0: not a number. Entries 1…2·kHalf+1: −1…1; an unsigned scale repeats its zero on the negative side.
 * @param {Theme} theme @param {ScaleName} scale
 */
export function tableOf(theme, scale) {
  const key = `${theme} ${scale}`;
  let table = tables.get(key);
  if (!table) {
    table = new Uint32Array(2 * kHalf + 2);
    table[0] = pack(notANumber);
    for (let i = -kHalf; i <= kHalf; i++) table[i + kHalf + 1] = pack(colourOf(theme, scale, i / kHalf));
    tables.set(key, table);
  }
  return table;
}

/** @param {number[]} rgb */
function pack([r, g, b]) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** @param {number[]} rgb */
export function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

/** Relative luminance (WCAG). @param {number[]} rgb */
export function luminance([r, g, b]) {
  return 0.2126 * decode(r) + 0.7152 * decode(g) + 0.0722 * decode(b);
}

/** Contrast ratio 1…21 (WCAG). @param {number[]} a @param {number[]} b */
export function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Black or white, whichever reads better on the colour. @param {number[]} rgb @returns {[number, number, number]} */
export function inkOn(rgb) {
  return contrast(rgb, [255, 255, 255]) >= contrast(rgb, [0, 0, 0]) ? [255, 255, 255] : [0, 0, 0];
}
