// The menu with which numbers and pictures are taken out of a view; its name says what of.

import '../widgets/export.js';
import { html } from './view.js';

/**
 * @param {import('./view.js').App} app
 * @param {object} what
 * @param {string} what.name  of the files: what the picture shows
 * @param {() => import('../widgets/rows.js').Row[]} [what.numbers]
 * @param {() => Element | null | Promise<Element | null>} [what.picture]
 */
export function exportMenu({ store, t, host }, { name, numbers, picture }) {
  return html`<cnn-export
    .t=${t}
    .host=${host}
    .label=${t('export.label', { name })}
    .name=${`${store.net.value}-${name}`}
    .numbers=${numbers}
    .picture=${picture}
  ></cnn-export>`;
}
