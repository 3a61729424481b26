// Colours of many lines in one chart: far apart for a few, a ramp of depth for the layers of a net.

/** Runs: told apart by lightness too, for eyes that mix up hues. @type {Record<'light' | 'dark', string[]>} */
const kRuns = {
  light: ['#1f5fae', '#c65a00', '#1a6b37', '#8a2b8a', '#5a6068', '#9c7a00', '#ad2f23', '#0b7f8a'],
  dark: ['#6aa8f5', '#f5993d', '#6fcf8e', '#d88ad8', '#a0a8b0', '#e0c050', '#f08b7d', '#5cc4d8'],
};

/** @param {import('./colour.js').Theme} theme @param {number} index */
export function runColour(theme, index) {
  return kRuns[theme][index % kRuns[theme].length];
}

/**
 * From the first layer (blue) over violet to the last (orange).
 * @param {import('./colour.js').Theme} theme @param {number} index @param {number} count
 */
export function depthColour(theme, index, count) {
  const share = count > 1 ? index / (count - 1) : 0;
  return `hsl(${Math.round(212 + 180 * share) % 360} 70% ${theme === 'dark' ? 68 : 40}%)`;
}
