// Entry of index.html: what it takes to draw and to be answered. The other views come with afterwards.js.

import './theme.css';
import './draw/draw-pad.js';
import './draw/prediction-bars.js';
import './draw/stages.js';
import './views/metrics.js';
import './views/shell.js';
import './views/status-line.js';
import './views/toolbar.js';

import {effect} from '@preact/signals-core';
import workerSource from 'worker:./worker/worker.js';

import {createBrowserHost} from './host/browser.js';
import {createTranslator, loadTexts} from './i18n/index.js';
import {createActions} from './state/actions.js';
import {openingSettings} from './state/opening.js';
import {createStore} from './state/store.js';
import {syncAddress} from './state/url.js';

const host = createBrowserHost();

/** What follows is a task of its own: the pen and the first frames have their turn before it. */
const pause = () => new Promise((resolve) => void host.clock.after(0, () => resolve(undefined)));

async function main() {
  const { settings, initial } = await openingSettings(host);
  const store = createStore(settings);
  const t = createTranslator(() => store.language.value);
  const actions = createActions({ store, host, workerSource });
  // The worker starts first: it loads while the page is drawn.
  const started = actions.start();
  await loadTexts(store.language.value, host);
  effect(() => void loadTexts(store.language.value, host));

  const shell = /** @type {import('./views/shell.js').Shell} */ (document.createElement('cnn-shell'));
  shell.app = { store, actions, t, host };
  await pause();
  document.body.replaceChildren(shell);
  await started;
  try {
    await Promise.all([host.loadStyle('afterwards.css'), host.loadScript('afterwards.js')]);
    await pause();
    shell.net = true;
    await pause();
    shell.complete = true;
  } catch (error) {
    actions.complain(error, 'notice.pageFailed');
  }
  syncAddress({ store, host, initial, follow: actions.follow });
}

main();
