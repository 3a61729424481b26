// The net as a table: its layers with their sizes, and the ends of what their maps show.

import { typeName } from '../../widgets/format.js';

/**
 * @param {import('../../i18n/index.js').Translate} t
 * @param {import('./layout.js').Layout} layout @param {import('./painter.js').Painter} painter
 * @returns {import('../../widgets/rows.js').Row[]}
 */
export function layerRows(t, { columns }, painter) {
  const head = ['layer', 'type', 'output', 'parameters', 'macs'].map((key) => t(`summary.${key}`));
  const ends = columns.map((column) => painter.partsOf(column)?.map.extent ?? []);
  return [
    [...head, t('fact.low'), t('fact.high')],
    ...columns.flatMap(({ stage }, i) =>
      stage.nodes.map((node) => {
        const [low, high] = node === stage.shown ? ends[i] : [];
        return [node.name, typeName(t, node.type), node.shape.join('×'), node.parameters, node.macs, low, high];
      }),
    ),
  ];
}
