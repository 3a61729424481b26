// Walking the net with the keyboard: layer ↔ channel ↔ position. Pure: a place and a key give the next place.

/**
 * @typedef {object} Place
 * @property {number} stage
 * @property {number} [channel]
 * @property {number} [row]
 * @property {number} [column]
 */
/** @typedef {{place: Place, open?: boolean, clear?: boolean}} Step */

/** @type {Record<string, [number, number]>} */
const kArrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {import('../../widgets/maps.js').Grid[]} grids  of the stages
 * @param {Place} place @param {string} key
 * @returns {Step | null}  null: not a key of the walk
 */
export function walk(grids, place, key) {
  const arrow = kArrows[key];
  if (place.channel === undefined) return walkLayers(grids, place, key, arrow);
  const grid = grids[place.stage];
  if (place.row === undefined || place.column === undefined) {
    return walkChannels(grids, { ...place, channel: place.channel }, key, arrow);
  }
  if (arrow) {
    const row = clamp(place.row + arrow[1], grid.h);
    const column = clamp(place.column + arrow[0], grid.w);
    return { place: { ...place, row, column } };
  }
  if (key === 'Enter' || key === ' ') return { place, open: true };
  if (key === 'Escape') return { place: { stage: place.stage, channel: place.channel } };
  return null;
}

/**
 * @param {import('../../widgets/maps.js').Grid[]} grids @param {Place} place
 * @param {string} key @param {[number, number] | undefined} arrow
 */
function walkLayers(grids, place, key, arrow) {
  if (key === 'Home') return { place: { stage: 0 } };
  if (key === 'End') return { place: { stage: grids.length - 1 } };
  if (arrow?.[0]) return { place: { stage: clamp(place.stage + arrow[0], grids.length) } };
  if (key === 'ArrowDown') return { place: { stage: place.stage, channel: 0 } };
  if (key === 'Enter' || key === ' ') return { place: { stage: place.stage, channel: 0 }, open: true };
  if (key === 'Escape') return { place, clear: true };
  return null;
}

/**
 * @param {import('../../widgets/maps.js').Grid[]} grids @param {Place & {channel: number}} place
 * @param {string} key @param {[number, number] | undefined} arrow
 */
function walkChannels(grids, place, key, arrow) {
  const grid = grids[place.stage];
  const [x, y] = [place.channel % grid.columns, Math.floor(place.channel / grid.columns)];
  if (arrow) {
    const [toX, toY] = [x + arrow[0], y + arrow[1]];
    if (toX < 0 || toX >= grid.columns) {
      // Past the edge: the neighbouring layer, at the same height.
      const stage = place.stage + arrow[0];
      const next = grids[stage];
      if (!next) return { place };
      const row = Math.min(next.rows - 1, Math.round((y / Math.max(1, grid.rows - 1)) * (next.rows - 1)));
      const channel = Math.min(next.c - 1, row * next.columns + (arrow[0] > 0 ? 0 : next.columns - 1));
      return { place: { stage, channel } };
    }
    if (toY < 0) return { place: { stage: place.stage } };
    const channel = toY * grid.columns + toX;
    return { place: channel < grid.c ? { stage: place.stage, channel } : place };
  }
  if (key === 'Home') return { place: { stage: place.stage, channel: 0 } };
  if (key === 'End') return { place: { stage: place.stage, channel: grid.c - 1 } };
  if (key === 'Enter' || key === ' ') {
    const deeper = grid.h * grid.w > 1 ? { row: grid.h >> 1, column: grid.w >> 1 } : {};
    return { place: { ...place, ...deeper }, open: true };
  }
  if (key === 'Escape') return { place: { stage: place.stage } };
  return null;
}

/** @param {number} value @param {number} count */
function clamp(value, count) {
  return Math.max(0, Math.min(count - 1, value));
}
