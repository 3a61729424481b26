// The number under the pointer, of a picture that is made of numbers.

import { colourOf, css } from '../../widgets/colour.js';
import { formatValue } from '../../widgets/format.js';
import { normaliser } from '../../widgets/maps.js';
import { watchPointer } from '../../widgets/pointing.js';
import { hideReadout, showReadout } from '../../widgets/readout.js';

/** @typedef {{row: number, column: number, channel: number}} At */

/**
 * @param {object} parts
 * @param {import('../../widgets/maps.js').MapCanvas} parts.map
 * @param {unknown} parts.owner  of the readout
 * @param {(at: At) => string} parts.address
 * @param {() => {t: import('../../i18n/index.js').Translate, theme: import('../../widgets/colour.js').Theme}} parts.look
 * @param {(at: At) => void} [parts.keep]  on a click
 * @returns {() => void}  stops
 */
export function makeReadable({ map, owner, address, look, keep }) {
  const { canvas } = map;
  const stop = watchPointer(canvas, {
    look: (x, y) => {
      const at = map.locate(x, y);
      const grid = map.grid;
      if (!at || !grid || !map.values) return hideReadout(owner);
      const { t, theme } = look();
      const value = map.values[(at.row * grid.w + at.column) * grid.c + at.channel];
      showReadout(
        owner,
        { left: x, right: x, top: y, bottom: y + 8 },
        {
          value: formatValue(t, value),
          swatch: css(colourOf(theme, map.scale, value * normaliser(...map.extent) || 0)),
          address: address(at),
        },
      );
    },
    leave: () => hideReadout(owner),
  });
  const click = (/** @type {MouseEvent} */ event) => {
    const at = map.locate(event.clientX, event.clientY);
    if (at) keep?.(at);
  };
  canvas.addEventListener('click', click);
  return () => {
    stop();
    canvas.removeEventListener('click', click);
  };
}
