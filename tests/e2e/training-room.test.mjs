// The rooms of training as a person uses them: errors, history, flow, runs; in both browsers.

import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeSettings } from '../../web/state/url.js';
import { attribute, kinds, launch, number, oneCore, openPage, predicted, probabilities, ready, serveSite, status, twoCores, until, violations } from './browser.mjs';

const server = await serveSite();
const isolatedServer = await serveSite({ isolated: true });
test.after(() => Promise.all([server.close(), isolatedServer.close()]));

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const visit = async (/** @type {any} */ sub, hash = '', { url } = server, init = () => {}) => {
      const opened = await openPage(browser, url + hash, { bypassCSP: true, init });
      sub.after(async () => {
        await opened.close();
        assert.deepEqual(opened.errors, [], 'console errors');
      });
      await ready(opened.page);
      return opened.page;
    };

    await t.test('the optimiser brings its learning rate and hides what it does not read', async (sub) => {
      const page = await visit(sub, '#v1&room=train');
      const rate = () => page.inputValue('#learning-rate');
      const shown = async (/** @type {string} */ id) => (await page.locator(`#${id}:visible`).count()) === 1;
      await page.click('#trainer-options summary');
      assert.deepEqual([await shown('option-beta1'), await shown('option-rho'), await shown('momentum')], [true, false, false]);
      await page.selectOption('#optimizer', 'adadelta');
      await until(async () => (await rate()) === '1', 'the rate of Adadelta');
      assert.deepEqual([await shown('option-beta1'), await shown('option-rho'), await shown('momentum')], [false, true, false]);
      await page.fill('#learning-rate', '0.02');
      await page.press('#learning-rate', 'Tab');
      await page.selectOption('#optimizer', 'momentum');
      await until(() => shown('momentum'), 'momentum');
      assert.equal(await rate(), '0.02', 'what was typed stays');
      await page.click('#usual-rate');
      await until(async () => (await rate()) === '0.01', 'the usual one, when asked for');
    });

    await t.test('a net that makes scores shows no percentages', async (sub) => {
      const page = await visit(sub, '#v1&net=softmax&room=architecture');
      assert.match(await page.locator('#prediction').innerText(), /%/);
      const definition = JSON.parse(await page.inputValue('#definition'));
      definition.layers.at(-1).type = 'svm';
      await page.fill('#definition', JSON.stringify(definition));
      await page.click('#definition-apply');
      await until(async () => (await attribute(page, 'prediction-0', 'data-score')) !== null, 'scores');
      const scores = await page.locator('.bars li').evaluateAll((all) => all.map((each) => Number(/** @type {any} */ (each).dataset.score)));
      assert.equal(String(scores.indexOf(Math.max(...scores))), await attribute(page, 'prediction', 'data-class'));
      assert.ok(scores.some((score) => score < 0), 'scores are of both signs');
      assert.doesNotMatch(await page.locator('.shell-pad').innerText(), /%/);
      assert.equal(await attribute(page, 'prediction', 'data-probability'), null);
    });

    await t.test('a cell of the confusion matrix opens its pictures, and one goes into the net', async (sub) => {
      const page = await visit(sub, '#v1&net=softmax&room=train');
      await page.click('#evaluate');
      await until(async () => (await page.locator('.error-picture').count()) === 24, 'the worst mistakes', 60000);
      const losses = await page.locator('.error-picture').evaluateAll((all) => all.map((each) => Number(/** @type {any} */ (each).dataset.loss)));
      assert.deepEqual(losses, [...losses].sort((a, b) => b - a));
      assert.ok(losses[0] > 2, String(losses[0]));
      const cell = page.locator('td[data-true="4"][data-predicted="9"] button');
      const count = Number((await cell.innerText()).trim());
      await cell.click();
      await until(async () => (await page.locator('.error-picture').count()) === Math.min(24, count), `${count} pictures`);
      assert.equal(await attribute(page, 'error-cell', 'data-predicted'), '9');
      await page.locator('.error-picture').first().click();
      await until(async () => (await predicted(page)) === 9, 'the net takes the four for a nine');
      await page.keyboard.press('Tab');
      await cell.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await until(async () => (await attribute(page, 'error-cell', 'data-predicted')) === '8', 'the cell beside it');
      if (kind === 'chromium') assert.deepEqual(await violations(page), []);
    });

    for (const isolated of [false, true]) {
      await t.test(`two workers train one net, ${isolated ? 'by shared memory, ' : ''}and what one asks meanwhile is answered`, async (sub) => {
        const page = await visit(sub, '#v1&net=mlp&start=fresh&room=train', isolated ? isolatedServer : server);
        assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
        await page.selectOption('#workers', '2');
        await page.click('#train-toggle');
        await until(async () => (await number(page, 'metric-step')) > 50, 'training');
        assert.equal(page.workers().length, 2);
        if (kind === 'chromium') assert.equal(await page.workers()[0].evaluate(() => crossOriginIsolated), isolated);
        await page.click('#draw-example');
        await until(async () => (await predicted(page)) !== null, 'an answer');
        await until(async () => (await number(page, 'metric-heldout')) > 0.5, 'the sample of the test set');
        await page.click('#train-toggle');
        await until(async () => (await status(page)) === 'paused', 'the pause');
        const step = await number(page, 'metric-step');
        await page.selectOption('#workers', '1');
        await page.click('#train-toggle');
        await until(async () => (await number(page, 'metric-step')) > step + 20, 'training by one');
        assert.equal(page.workers().length, 1);
        await page.click('#train-toggle');
      });
    }

    await t.test('another worker changes the pictures where there is a core for it, and the net learns the same', async (sub) => {
      const address = await encodeSettings({ net: 'mlp', start: 'fresh', room: 'train', workers: 1, trainer: { 'augment.shift': 2, 'augment.rotate': 10 } });
      /** @type {number[][]} */
      const losses = [];
      for (const cores of [1, 2]) {
        const page = await visit(sub, address, server, cores === 1 ? oneCore : twoCores);
        for (let step = 1; step <= 4; step++) {
          await page.click('#train-step');
          await until(async () => (await number(page, 'metric-step')) === step, `step ${step}`);
          await until(() => page.workers().length === cores, `${cores} workers`);
        }
        losses.push([await number(page, 'metric-loss'), ...(await probabilities(page))]);
        await page.click('#train-toggle');
        await until(async () => (await number(page, 'metric-step')) > 100, 'training');
        assert.equal(page.workers().length, cores);
      }
      assert.deepEqual(losses[0], losses[1]);
    });

    await t.test('the history is scrubbed by keyboard while training goes on; Escape leads back to now', async (sub) => {
      const page = await visit(sub, '#v1&room=train&start=fresh');
      const before = await probabilities(page);
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 60, 'sixty steps', 60000);
      await until(async () => (await page.locator('#flow-key li').count()) > 4, 'the flow of every layer');
      const values = await page.locator('#flow-key li').evaluateAll((all) => all.map((each) => Number(/** @type {any} */ (each).dataset.value)));
      assert.ok(values.every((value) => value > 0), String(values));
      await page.focus('#past-slider');
      await page.keyboard.press('Home');
      await until(async () => (await attribute(page, 'past-step', 'data-value')) === '0', 'the beginning');
      await until(
        async () => (await probabilities(page)).every((value, i) => Math.abs(value - before[i]) < 1e-6),
        'the answer of the beginning',
      );
      const step = await number(page, 'metric-step');
      await until(async () => (await number(page, 'metric-step')) > step, 'training goes on');
      await until(async () => (await page.locator('#confusion').count()) === 1, 'the confusion of then', 60000);
      await page.focus('#past-slider');
      await page.keyboard.press('ArrowRight');
      await until(async () => (await attribute(page, 'past-step', 'data-value')) === '1', 'one step later');
      await page.keyboard.press('Escape');
      await until(async () => (await attribute(page, 'past-step', 'data-value')) === null, 'now');
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'paused', 'the pause');
      if (kind === 'chromium') assert.deepEqual(await violations(page), []);
    });

    await t.test('the history stays within its frame, in Russian too', async (sub) => {
      const page = await visit(sub, '#v1&net=softmax&start=fresh&room=train&lang=ru');
      await page.click('#train-step');
      await page.locator('.time-slider').waitFor();
      for (const width of [360, 480, 700, 1024, 1280, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        const over = await page.locator('.time-slider').evaluate((box) =>
          [...box.children].filter((each) => each.getBoundingClientRect().right > box.getBoundingClientRect().right).map(({ id }) => id),
        );
        assert.deepEqual(over, [], `${width} pixels`);
      }
    });

    await t.test('runs are pinned, compared by what differs, survive a reload and are repeated', async (sub) => {
      const page = await visit(sub, '#v1&net=softmax&start=fresh&room=train&seed=5');
      const trainAndPin = async (/** @type {number} */ runs) => {
        await page.click('#train-step');
        await until(async () => (await number(page, 'metric-step')) === 1, 'a step');
        await page.click('#room-runs');
        await page.click('#run-pin');
        await until(async () => (await page.locator('#runs tbody tr').count()) === runs, `${runs} runs`);
      };
      await trainAndPin(1);
      assert.equal(await page.locator('#runs th[data-setting]').count(), 0, 'one run differs from nothing');
      const loss = await number(page, 'metric-loss');
      await page.click('#room-train');
      await page.fill('#learning-rate', '0.5');
      await page.press('#learning-rate', 'Tab');
      await page.click('#train-reset');
      await until(async () => Number.isNaN(await number(page, 'metric-step')), 'the reset');
      await trainAndPin(2);
      const columns = await page.locator('#runs th[data-setting]').evaluateAll((all) => all.map((each) => /** @type {any} */ (each).dataset.setting));
      assert.deepEqual(columns, ['learningRate']);
      if (kind === 'chromium') assert.deepEqual(await violations(page), []);
      await until(() => /lr=0\.5/.test(page.url()) && /room=runs/.test(page.url()), 'all of it in the address');
      await page.reload();
      await ready(page);
      await until(async () => (await page.locator('#runs tbody tr').count()) === 2, 'the runs after the reload');
      await page.click('#runs tr[data-run="1"] [data-do="repeat"]');
      await until(() => !page.url().includes('lr=0.5'), 'its learning rate');
      await page.click('#train-step');
      await until(async () => (await number(page, 'metric-loss')) === loss, 'the same loss to the last digit');
      await page.click('#runs tr[data-run="1"] [data-do="remove"]');
      await until(async () => (await page.locator('#runs tbody tr').count()) === 1, 'one run is left');
    });
  });
}
