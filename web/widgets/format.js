// Numbers as a person reads them: few digits, a real minus sign, the language's separators.

/** @typedef {import('../i18n/index.js').Translate} Translate */

/**
 * A value of a map: `digits` significant digits, very small and very large ones as powers of ten.
 * @param {Translate} t @param {number} value @param {number} [digits]
 */
export function formatValue(t, value, digits = 4) {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 10 ** -(digits > 2 ? 4 : 2) || size >= 10 ** (digits + 2)) {
    const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 2)).split('e');
    return `${t.number(Number(mantissa))}e${Number(exponent)}`.replaceAll('-', '−');
  }
  return t.number(value, { maximumSignificantDigits: digits, useGrouping: false }).replace('-', '−');
}

/** 28×28×6, or 120 for a vector. @param {number[]} shape */
export function formatShape(shape) {
  const [h, w, c] = shape;
  return h === 1 && w === 1 ? String(c) : shape.join('×');
}

/** The same where place is short: 28²×6. @param {number[]} shape */
export function formatShapeShort(shape) {
  const [h, w, c] = shape;
  return h === w && h > 1 ? `${h}²×${c}` : formatShape(shape);
}

/** 28×28. @param {number[]} pair */
export function formatPair(pair) {
  return pair.join('×');
}

/** Bytes as B, kB or MB (powers of ten). @param {Translate} t @param {number} bytes */
export function formatBytes(t, bytes) {
  if (bytes >= 1e6) return t('unit.megabytes', { n: t.number(bytes / 1e6, { maximumFractionDigits: 1 }) });
  if (bytes < 1e3) return t('unit.bytes', { n: t.number(bytes) });
  return t('unit.kilobytes', { n: t.number(bytes / 1e3, { maximumFractionDigits: bytes < 1e4 ? 1 : 0 }) });
}

/** 12 345, 1.2 M … @param {Translate} t @param {number} count */
export function formatCount(t, count) {
  if (count < 1e6) return t.number(count);
  return t('unit.millions', { n: t.number(count / 1e6, { maximumSignificantDigits: 3 }) });
}

/**
 * A unit's address: `conv2/7@12,3`.
 * @param {{node: string, channel?: number, row?: number, column?: number}} unit
 */
export function formatAddress({ node, channel, row, column }) {
  if (channel === undefined) return node;
  return row === undefined ? `${node}/${channel}` : `${node}/${channel}@${row},${column}`;
}

/**
 * @param {string | null} address
 * @returns {{node: string, channel?: number, row?: number, column?: number} | null}
 */
export function parseAddress(address) {
  const match = /^([A-Za-z0-9_.-]+)(?:\/(\d+)(?:@(\d+),(\d+))?)?$/.exec(address ?? '');
  if (!match) return null;
  const number = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
  return { node: match[1], channel: number(match[2]), row: number(match[3]), column: number(match[4]) };
}

/** One level up: position → channel → layer → the whole net. @param {string | null} address */
export function addressAbove(address) {
  const unit = parseAddress(address);
  if (!unit || unit.channel === undefined) return null;
  return formatAddress(unit.row === undefined ? { node: unit.node } : { node: unit.node, channel: unit.channel });
}

/** A field of the catalogue as people call it. @param {Translate} t @param {string} key */
export function fieldName(t, key) {
  return t.has(`field.${key}`) ? t(`field.${key}`) : key.replaceAll('_', ' ');
}

/**
 * A value of a field that has a few: by its own name where it has one in this field, or is the name of a layer.
 * @param {Translate} t @param {string} key @param {string} choice
 */
export function choiceName(t, key, choice) {
  if (key === 'activation') return typeName(t, choice);
  const name = `choice.${key}.${choice}`;
  return t.has(name) ? t(name) : choice;
}

/** Plain name of a layer type of the catalogue. @param {Translate} t @param {string} type */
export function typeName(t, type) {
  const key = `layer.${type}.name`;
  return t.has(key) ? t(key) : type;
}
