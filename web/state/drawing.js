// The drawing: strokes in pad units (0…kPad), undo, examples, and pictures of the data set in its place.

import { signal } from '@preact/signals-core';
import { kFirstSample, samples } from '../draw/samples.js';

const kMaxUndo = 200;
/** A link or a hand can make large drawings; beyond this nobody sees a difference. */
const kMaxPoints = 20000;

/** @param {import('./actions.js').Context} context */
export function createDrawing({ store, client, classifier, complain }) {
  /** @typedef {{strokes: number[][][], testImage: import('./store.js').TestImage | null}} Sheet */
  /** @type {Sheet[]} */
  const before = [];
  const canUndo = signal(false);
  let example = kFirstSample;

  store.strokes.value ??= samples[example];

  const input = () => {
    const image = store.testImage.value;
    if (image) return { part: image.part, index: image.index };
    return { strokes: store.strokes.value ?? [] };
  };

  const remember = () => {
    before.push({ strokes: store.strokes.value ?? [], testImage: store.testImage.value });
    if (before.length > kMaxUndo) before.shift();
    canUndo.value = true;
  };

  /** @param {Sheet} sheet */
  const show = ({ strokes, testImage }) => {
    store.strokes.value = strokes;
    store.testImage.value = testImage;
    classifier.want(input());
  };

  return {
    input,
    canUndo,
    /**
     * The drawing as it is now. `begin` marks a new stroke: what was there before can be had back.
     * @param {number[][][]} strokes
     * @param {{begin?: boolean}} [options]
     */
    draw(strokes, { begin = false } = {}) {
      if (begin) remember();
      if (strokes.reduce((sum, stroke) => sum + stroke.length, 0) > kMaxPoints) return;
      show({ strokes, testImage: null });
    },
    clear() {
      if (!store.strokes.value?.length && !store.testImage.value) return;
      remember();
      show({ strokes: [], testImage: null });
    },
    undo() {
      const sheet = before.pop();
      canUndo.value = before.length > 0;
      if (sheet) show(sheet);
    },
    /** The next of the built-in digits. */
    example() {
      remember();
      example = (example + 1) % samples.length;
      show({ strokes: samples[example], testImage: null });
    },
    /**
     * A picture of the data set onto the net.
     * @param {number} index
     * @param {'train' | 'test'} [part]
     */
    async showTestImage(index, part = 'test') {
      try {
        const [image] = await client.images({ part, indices: [index] });
        if (!image) return;
        remember();
        show({ strokes: [], testImage: { part, ...image } });
      } catch (error) {
        complain(error, 'notice.dataFailed');
      }
    },
  };
}
