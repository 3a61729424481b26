import assert from 'node:assert/strict';
import test from 'node:test';
import { createClassifier } from '../../web/state/classifier.js';

function makeClassifier() {
  /** @type {{input: any, resolve: (answer: any) => void, reject: (error: any) => void}[]} */
  const asked = [];
  /** @type {any[]} */
  const answers = [];
  /** @type {any[]} */
  const errors = [];
  /** @type {(() => void)[]} */
  let frames = [];
  const classifier = createClassifier({
    classify: (input) => new Promise((resolve, reject) => asked.push({ input, resolve, reject })),
    nextFrame: (run) => void frames.push(run),
    onAnswer: (answer) => answers.push(answer),
    onError: (error) => errors.push(error),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    classifier,
    asked,
    answers,
    errors,
    settle,
    async frame() {
      const now = frames;
      frames = [];
      for (const run of now) run();
      await settle();
    },
  };
}

test('the first request goes at once', () => {
  const { classifier, asked } = makeClassifier();
  classifier.want(1);
  assert.deepEqual(
    asked.map(({ input }) => input),
    [1],
  );
});

test('one request is under way, the newest input is next, those between are dropped', async () => {
  const { classifier, asked, answers, frame, settle } = makeClassifier();
  for (const input of [1, 2, 3, 4]) classifier.want(input);
  await frame();
  assert.equal(asked.length, 1, 'still waiting for the first answer');
  asked[0].resolve('a');
  await settle();
  assert.deepEqual(
    asked.map(({ input }) => input),
    [1, 4],
  );
  asked[1].resolve('b');
  await frame();
  assert.deepEqual(answers, ['a', 'b']);
  assert.equal(asked.length, 2);
});

test('however fast the answers are, a frame has one request', async () => {
  const { classifier, asked, frame, settle } = makeClassifier();
  for (let input = 1; input <= 5; input++) {
    classifier.want(input);
    asked.at(-1)?.resolve(input);
    await settle();
  }
  assert.equal(asked.length, 1);
  await frame();
  assert.deepEqual(
    asked.map(({ input }) => input),
    [1, 5],
  );
});

test('an error is told and does not stop what comes after', async () => {
  const { classifier, asked, errors, answers, frame, settle } = makeClassifier();
  classifier.want(1);
  classifier.want(2);
  asked[0].reject(new Error('no'));
  await settle();
  await frame();
  asked[1].resolve('b');
  await settle();
  assert.equal(errors.length, 1);
  assert.deepEqual(answers, ['b']);
});

test('what is forgotten is not asked', async () => {
  const { classifier, asked, frame, settle } = makeClassifier();
  classifier.want(1);
  classifier.want(2);
  classifier.forget();
  asked[0].resolve('a');
  await settle();
  await frame();
  assert.equal(asked.length, 1);
});
