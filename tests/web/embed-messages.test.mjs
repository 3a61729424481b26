import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPanels, readPanels, readSettings } from '../../web/embed/options.js';
import { heightMessages, readCommand } from '../../web/embed/parent.js';
import { createPresence } from '../../web/embed/presence.js';

test('panels: known ones in the order of the layout, the usual ones when none is known', () => {
  assert.deepEqual(readPanels('train, draw'), ['draw', 'train']);
  assert.deepEqual(readPanels('net,nonsense'), ['net']);
  assert.deepEqual(readPanels(null), defaultPanels);
  assert.deepEqual(readPanels('<script>'), defaultPanels);
});

test('settings: query, then hash; nonsense is ignored', async () => {
  const query = new URLSearchParams(
    'panels=net&net=mlp&data=fashion-mnist&lang=ru&start=fresh&theme=dark&lr=0.01&seed=x&batch=-1',
  );
  const settings = await readSettings(query, '#v1&net=softmax&unit=conv2/7@12,3');
  assert.deepEqual(settings, {
    language: 'ru',
    theme: 'dark',
    net: 'softmax',
    data: 'fashion-mnist',
    start: 'fresh',
    learningRate: 0.01,
    selection: 'conv2/7@12,3',
  });
});

test('the height is told in the shapes that hosts read', () => {
  const messages = heightMessages(512);
  assert.deepEqual(
    messages.find(({ type }) => type === 'setHeight'),
    { type: 'setHeight', height: 512 },
  );
  assert.deepEqual(
    messages.find(({ subject }) => subject),
    { subject: 'lti.frameResize', height: 512 },
  );
  assert.deepEqual(
    messages.find(({ type }) => type === 'embed-size'),
    { type: 'embed-size', height: 512 },
  );
  assert.deepEqual(
    messages.find(({ type }) => type === 'cnn:resize'),
    { type: 'cnn:resize', height: 512 },
  );
});

test('commands: ours and those of slides, nothing else', () => {
  assert.deepEqual(readCommand({ type: 'cnn:play' }), { type: 'play' });
  assert.deepEqual(readCommand({ type: 'cnn:set', net: 'mlp' }), { type: 'set', settings: { net: 'mlp' } });
  assert.deepEqual(readCommand('slide:stop'), { type: 'hidden' });
  assert.deepEqual(readCommand('slide:start'), { type: 'shown' });
  for (const other of [null, undefined, 7, 'play', {}, { type: 'play' }, [], { type: 'setHeight', height: 3 }]) {
    assert.equal(readCommand(other), null);
  }
});

test('training rests while nobody sees it, and goes on only if it ran', () => {
  let running = true;
  /** @type {string[]} */
  const log = [];
  const presence = createPresence({
    running: () => running,
    pause: () => (log.push('pause'), (running = false)),
    resume: () => (log.push('resume'), (running = true)),
  });
  presence.report('tab', true);
  presence.report('scrolled', false);
  presence.report('tab', false);
  presence.report('scrolled', true);
  assert.deepEqual(log, ['pause'], 'still hidden');
  presence.report('tab', true);
  assert.deepEqual(log, ['pause', 'resume']);

  running = false;
  presence.report('scrolled', false);
  presence.report('scrolled', true);
  assert.deepEqual(log, ['pause', 'resume'], 'was not running');

  running = true;
  presence.report('scrolled', false);
  presence.forget();
  presence.report('scrolled', true);
  assert.deepEqual(log, ['pause', 'resume', 'pause'], 'somebody decided otherwise');

  presence.report('slide', false);
  presence.start();
  assert.equal(log.length, 3, 'the host starts what cannot be seen: not yet');
  presence.report('slide', true);
  assert.equal(log.at(-1), 'resume');
  running = false;
  presence.start();
  assert.equal(log.length, 5, 'at once where it is seen');
});
