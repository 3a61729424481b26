// Which test pictures stand behind a number of the test.

/**
 * @typedef {'mistakes' | 'unsure' | 'all'} Kind
 *   mistakes: wrong ones; unsure: right ones; both with the largest loss first. all: in the order of the set
 * @typedef {{classes: Uint8Array, losses: Float32Array, labels: Uint8Array}} Answers
 */

/**
 * @param {any} answers  see Answers
 * @param {Kind} kind
 * @param {readonly [number, number] | null} cell  only pictures of this class taken for that one, whatever the kind
 * @returns {number[]} indices
 */
export function chosen({ classes, losses, labels }, kind, cell) {
  const fits = (/** @type {number} */ i) => {
    if (cell) return labels[i] === cell[0] && classes[i] === cell[1];
    return kind === 'all' || (classes[i] !== labels[i]) === (kind === 'mistakes');
  };
  const indices = [...classes.keys()].filter(fits);
  return kind === 'all' && !cell ? indices : indices.sort((a, b) => losses[b] - losses[a]);
}
