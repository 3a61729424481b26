// Entry of embed.html: chosen panels in a frame of any site. Starts paused, fetches no data before somebody presses
// Train, never takes the focus, and rests while it is out of sight.

import './theme.css';
import workerSource from 'worker:./worker/worker.js';
import { effect } from '@preact/signals-core';
import { createBrowserHost } from './host/browser.js';
import { createTranslator, loadTexts } from './i18n/index.js';
import { createActions } from './state/actions.js';
import { openingSettings } from './state/opening.js';
import { accept, settings as settable } from './state/schema.js';
import { createStore } from './state/store.js';
import { readPanels, readSettings } from './embed/options.js';
import { connectParent, heightMessages } from './embed/parent.js';
import { createPresence, watchSight } from './embed/presence.js';
import './draw/draw-pad.js';
import './draw/prediction-bars.js';
import './draw/stages.js';
import './views/confusion-matrix.js';
import './views/curves.js';
import './views/embed-view.js';
import './views/arithmetic.js';
import './views/descent.js';
import './views/excites.js';
import './views/field.js';
import './views/slow-step.js';
import './views/weight.js';
import './views/inspector.js';
import './views/metrics.js';
import './views/network-view.js';
import './views/status-line.js';
import './views/summary-table.js';

/** The parent hears of changes at most so often, in ms. */
const kStateEvery = 250;

// A frame keeps nothing between visits, and nobody expects it to: no storage is asked for, no denial is reported.
const host = {
  ...createBrowserHost(),
  storage: { get: async () => undefined, set: async () => true, remove: async () => {} },
};

async function main() {
  const query = host.page.query();
  const { settings } = await openingSettings(host);
  const store = createStore({ ...settings, ...(await readSettings(query, host.page.hash())) });
  const t = createTranslator(() => store.language.value);
  const actions = createActions({ store, host, workerSource, eagerData: false });
  const started = actions.start();
  await loadTexts(store.language.value, host);
  effect(() => void loadTexts(store.language.value, host));
  const running = () => store.status.value === 'training' || store.status.value === 'waiting';

  const presence = createPresence({ running, pause: actions.pause, resume: actions.train });
  const parent = connectParent((command) => obey(command));

  /** @param {import('./embed/parent.js').Command} command */
  const obey = (command) => {
    if (command.type === 'shown' || command.type === 'hidden') {
      presence.report('slide', command.type === 'shown');
      return;
    }
    if (command.type === 'getState') {
      parent.post(state());
      return;
    }
    if (command.type === 'set') {
      set(command.settings);
      return;
    }
    presence.forget();
    if (command.type === 'play') presence.start();
    else actions[command.type]();
  };

  /** @param {Record<string, any>} wanted */
  const set = ({ net, data, strokes, ...rest }) => {
    if (typeof net === 'string' && net !== 'custom') actions.chooseNet(net);
    if (typeof data === 'string') actions.chooseData(data);
    if (strokes && accept('strokes', strokes) !== undefined) actions.draw(strokes, { begin: true });
    const known = Object.fromEntries(Object.entries(rest).filter(([name]) => Object.hasOwn(settable, name)));
    if (Object.keys(known).length) actions.configure(known);
  };

  const state = () => ({
    type: 'cnn:state',
    status: store.status.value,
    net: store.net.value,
    data: store.data.value,
    weights: store.weightsOrigin.value,
    selection: store.selection.value,
    class: store.prediction.value?.class ?? null,
    probability: store.prediction.value?.probabilities[store.prediction.value.class] ?? null,
    step: store.report.value?.step ?? 0,
    epoch: store.report.value?.epoch ?? 0,
    loss: store.report.value?.loss ?? null,
    accuracy: store.report.value?.accuracy ?? null,
    heldOutAccuracy: store.heldOut.value?.accuracy ?? null,
    testAccuracy: store.evaluation.value?.done ? store.evaluation.value.accuracy : null,
    imagesPerSecond: store.report.value?.imagesPerSecond ?? null,
  });

  const view = /** @type {import('./views/embed-view.js').EmbedView} */ (document.createElement('cnn-embed'));
  view.app = { store, actions, t, host };
  view.panels = readPanels(query.get('panels'));
  view.onPress = () => presence.forget();
  document.body.replaceChildren(view);

  watchSight(view, presence.report);
  let height = 0;
  new ResizeObserver(() => {
    const now = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (now === height || now === 0) return;
    height = now;
    for (const message of heightMessages(height)) parent.post(message);
  }).observe(document.documentElement);

  await started;
  parent.post({ type: 'cnn:ready', net: store.net.value, data: store.data.value, status: store.status.value });
  let said = '';
  let due = false;
  effect(() => {
    state();
    if (due) return;
    due = true;
    host.clock.after(kStateEvery, () => {
      due = false;
      const now = state();
      const text = JSON.stringify(now);
      if (text !== said) parent.post(now);
      said = text;
    });
  });
}

main();
