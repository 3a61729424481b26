// How activations, gradients and updates flow through the layers: the root mean square of each, measured now and then
// on a few training pictures. Costs a forward and a backward pass over them, and one more look at the weights.

/** Pictures of a measurement. */
const kImages = 8;
/** Measurements are this far apart: a share of the step, and at least so many ms. */
const kSpacing = 1 / 16;
const kEveryMs = 400;

/**
 * @typedef {object} FlowPoint  per layer, in the order of `layers` of the summary; null where there is no such number
 * @property {number} step
 * @property {(number | null)[]} activation  root mean square of the output
 * @property {(number | null)[]} gradient    likewise of ∂loss/∂output
 * @property {(number | null)[]} ratio       ‖update‖ / ‖weights‖ of this step, over all trainable tensors of the layer
 */

/** @param {() => number} now */
export function createFlow(now) {
  let last = -1;
  let lastTime = -Infinity;

  return {
    /** @param {number} step */
    due(step) {
      if (step < 8) return step > last;
      return step >= last * (1 + kSpacing) && now() - lastTime >= kEveryMs;
    },

    /** The weights before a step, for measure(). @param {any} net @param {any} summary */
    weights: (net, summary) => summary.layers.map((/** @type {any} */ layer) => trainable(net, layer)),

    /**
     * After that step.
     * @param {any} net @param {any} summary @param {Float32Array[][]} before @param {any} set @param {number} step
     * @returns {FlowPoint}
     */
    measure(net, summary, before, set, step) {
      last = step;
      lastTime = now();
      const count = Math.min(kImages, set.count);
      // Not always the same pictures, but the same ones at the same step.
      const first = (step * kImages) % Math.max(1, set.count - count + 1);
      const images = Array.from({ length: count }, (_, i) => set.image(first + i));
      const size = images[0].pixels.length;
      const pixels = new Uint8Array(count * size);
      images.forEach((image, i) => pixels.set(image.pixels, i * size));
      net.forwardBytes(pixels, count);
      net.backward(Uint8Array.from(images, (image) => image.label));
      const { layers } = summary;
      const heads = new Set(summary.heads);
      return {
        step,
        activation: layers.map((/** @type {any} */ { name }) => rootMeanSquare(net.tensor('activation', name))),
        gradient: layers.map((/** @type {any} */ { name }) =>
          heads.has(name) ? null : rootMeanSquare(net.tensor('gradient', name)),
        ),
        ratio: layers.map((/** @type {any} */ layer, /** @type {number} */ i) =>
          updateRatio(before[i], trainable(net, layer)),
        ),
      };
    },

    /** Another net, or fresh weights. */
    forget() {
      last = -1;
      lastTime = -Infinity;
    },
  };
}

/** @param {any} net @param {any} layer @returns {Float32Array[]} */
function trainable(net, { name, tensors }) {
  return tensors
    .filter((/** @type {any} */ tensor) => tensor.trainable)
    .map((/** @type {any} */ tensor) => net.tensor('parameter', `${name}/${tensor.name}`));
}

/** @param {Float32Array} values */
export function rootMeanSquare(values) {
  let sum = 0;
  for (const value of values) sum += value * value;
  return values.length ? Math.sqrt(sum / values.length) : 0;
}

/** @param {Float32Array[]} before @param {Float32Array[]} after */
export function updateRatio(before, after) {
  let moved = 0;
  let size = 0;
  before.forEach((tensor, t) =>
    tensor.forEach((value, i) => {
      moved += (after[t][i] - value) ** 2;
      size += value * value;
    }),
  );
  return size > 0 ? Math.sqrt(moved / size) : null;
}
