// The (?) of a panel: its texts are `help.<panel>`, its name `panel.<panel>`.

import '../widgets/help.js';
import { html } from './view.js';

/**
 * @param {import('../i18n/index.js').Translate} t
 * @param {string} panel
 */
export function help(t, panel) {
  return html`<cnn-help
    .label=${t('help.about', { panel: t(`panel.${panel}`) })}
    .text=${t(`help.${panel}`)}
  ></cnn-help>`;
}
