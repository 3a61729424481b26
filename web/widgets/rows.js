// Tables of numbers as text that a spreadsheet takes.

/** @typedef {(string | number | null | undefined)[]} Row */

/**
 * Rows with tabs between their cells. A spreadsheet reads numbers as its language writes them: with that decimal mark,
 * and with nothing else in them.
 * @param {Row[]} rows @param {string} decimal
 */
export function rowsText(rows, decimal) {
  return rows.map((row) => row.map((cell) => cellText(cell, decimal)).join('\t') + '\n').join('');
}

/** @param {Row[number]} cell @param {string} decimal */
function cellText(cell, decimal) {
  if (typeof cell === 'string') return cell.replace(/[\t\r\n]+/g, ' ');
  if (cell === null || cell === undefined || Number.isNaN(cell)) return '';
  // Nine digits tell every number of the engine from its neighbours; what else a double has is noise.
  return String(Number(cell.toPrecision(9))).replace('.', decimal);
}

/**
 * One channel of a map as a table, its columns and rows as in the picture.
 * @param {ArrayLike<number>} values @param {number} w @param {{channel?: number, channels?: number}} [of]
 * @returns {Row[]}
 */
export function mapRows(values, w, { channel = 0, channels = 1 } = {}) {
  const count = values.length / channels / w;
  const at = (/** @type {number} */ y, /** @type {number} */ x) => values[(y * w + x) * channels + channel];
  return Array.from({ length: count }, (_, y) => Array.from({ length: w }, (_, x) => at(y, x)));
}
