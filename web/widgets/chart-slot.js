// A place for one chart: the script of the charts is fetched when there is something to draw, and the chart is made
// anew when its look changes.

import { signal } from '@preact/signals-core';
import { cssValue } from './theme.js';

export class ChartSlot {
  /** Read it in an effect that draws: the script arrives later. */
  scripts = signal(/** @type {'none' | 'loading' | 'ready' | 'failed'} */ ('none'));
  /** @type {import('../charts.js').Chart | undefined} */ #chart;
  #key = '';

  /**
   * @param {object} what
   * @param {{loadScript: (path: string) => Promise<void>}} what.host
   * @param {HTMLElement | null} what.parent
   * @param {unknown[]} what.key  whatever makes another chart of it: theme, language, series
   * @param {(number | null)[][]} what.data  x, then one column a series
   * @param {Omit<import('../charts.js').ChartOptions, 'width' | 'height' | 'look'>} what.options
   */
  draw({ host, parent, key, data, options }) {
    const width = parent?.clientWidth ?? 0;
    if (!parent || width === 0) return this.drop();
    if (this.scripts.peek() === 'none') {
      this.scripts.value = 'loading';
      host.loadScript('charts.js').then(
        () => (this.scripts.value = 'ready'),
        () => (this.scripts.value = 'failed'),
      );
    }
    if (this.scripts.peek() !== 'ready') return;
    const now = JSON.stringify([...key, width, parent.clientHeight]);
    if (now !== this.#key || !parent.firstChild) {
      this.drop();
      this.#key = now;
      const { createChart } = /** @type {any} */ (globalThis).cnnCharts;
      const look = {
        ink: cssValue(parent, '--muted'),
        grid: cssValue(parent, '--line'),
        font: `12px ${getComputedStyle(parent).fontFamily}`,
      };
      this.#chart = createChart(parent, { ...options, width, height: parent.clientHeight, look });
    }
    this.#chart?.set(data);
  }

  drop() {
    this.#chart?.destroy();
    this.#chart = undefined;
    this.#key = '';
  }
}
