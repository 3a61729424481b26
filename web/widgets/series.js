// Long series of numbers made short enough to draw.

/**
 * At most 2 · buckets points: of each bucket the smallest and the largest, in their order, so that no spike is lost.
 * @param {readonly number[]} xs  ascending
 * @param {readonly number[]} ys
 * @param {number} buckets
 * @returns {{x: number[], y: number[]}}
 */
export function thin(xs, ys, buckets) {
  const n = xs.length;
  if (n <= 2 * buckets) return { x: xs.slice(), y: ys.slice() };
  /** @type {number[]} */ const x = [];
  /** @type {number[]} */ const y = [];
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * n) / buckets);
    const to = Math.floor(((b + 1) * n) / buckets);
    let low = from;
    let high = from;
    for (let i = from + 1; i < to; i++) {
      if (ys[i] < ys[low]) low = i;
      if (ys[i] > ys[high]) high = i;
    }
    for (const i of low === high ? [low] : low < high ? [low, high] : [high, low]) {
      x.push(xs[i]);
      y.push(ys[i]);
    }
  }
  return { x, y };
}

/**
 * Every n-th point and the last one: for series that are smooth already.
 * @param {readonly number[]} xs @param {readonly number[]} ys @param {number} points
 * @returns {{x: number[], y: number[]}}
 */
export function sample(xs, ys, points) {
  const every = Math.max(1, Math.ceil(xs.length / points));
  const keep = (/** @type {number} */ i) => (xs.length - 1 - i) % every === 0;
  return { x: xs.filter((_, i) => keep(i)), y: ys.filter((_, i) => keep(i)) };
}

/**
 * Exponential moving average, corrected for its start (as Adam corrects its moments).
 * @param {readonly number[]} ys @param {number} weight  0: the series itself … below 1
 */
export function smooth(ys, weight) {
  if (weight <= 0) return ys.slice();
  let mean = 0;
  let share = 1;
  return ys.map((y) => {
    mean = weight * mean + (1 - weight) * y;
    share *= weight;
    return mean / (1 - share);
  });
}

/**
 * Series with their own x as columns over all x, null where a series has no point.
 * @param {{x: readonly number[], y: readonly number[]}[]} series
 * @returns {(number | null)[][]}  [x, y of the first, y of the second, …]
 */
export function align(series) {
  const xs = [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, i) => [x, i]));
  const columns = series.map(({ x, y }) => {
    /** @type {(number | null)[]} */
    const column = new Array(xs.length).fill(null);
    x.forEach((value, i) => (column[/** @type {number} */ (at.get(value))] = y[i]));
    return column;
  });
  return [xs, ...columns];
}
