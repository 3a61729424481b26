// What the maps of a column are of: the engine's name for it, and how its numbers lie side by side as pictures.

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('../worker/protocol.js').TensorKind} TensorKind */
/**
 * @typedef {object} Picture
 * @property {TensorKind} kind
 * @property {string} address
 * @property {[number, number, number]} shape  [h, w, c]: c pictures
 * @property {Int32Array | null} order  which of the tensor's numbers stands where; −1: none; null: as they are
 * @property {boolean} asked  false: the column has nothing of the kind that was asked for and shows its activations
 * @property {string} size    shape of the tensor, for people
 * @property {number} hidden  pictures left out because they are too many
 */

export const kQuantities = /** @type {const} */ (['activation', 'gradient', 'parameter', 'parameter_gradient']);

/** More numbers in one column cannot be told apart. */
const kMostNumbers = 90000;

/**
 * @param {Stage} stage @param {Stage[]} stages  all of the net
 * @param {TensorKind} kind
 * @returns {Picture}
 */
export function pictureOf(stage, stages, kind) {
  const { name, shape } = stage.shown;
  const own = { address: name, shape, order: null, size: '', hidden: 0 };
  if (kind === 'activation') return { ...own, kind, asked: true };
  // A head is the loss: what flows back begins behind it.
  if (kind === 'gradient' && stage.shown.role !== 'head') return { ...own, kind, asked: true };
  const tensor = stage.folded ? undefined : stage.nodes.flatMap(kernelOf)[0];
  if (kind === 'gradient' || !tensor) return { ...own, kind: 'activation', asked: false };
  const source = stages[stage.sources[0]?.stage]?.shown.shape;
  return { ...tile(tensor.shape, source), kind, address: tensor.address, asked: true, size: tensor.shape.join('×') };
}

/** The tensor of a node that has a weight for each of its inputs. @param {import('./stages.js').LayerSummary} node */
function kernelOf({ name, tensors }) {
  const tensor = tensors.find(({ shape }) => shape.length >= 2);
  return tensor ? [{ address: `${name}/${tensor.name}`, shape: tensor.shape }] : [];
}

/**
 * One picture for each output: the kernels of its inputs side by side, a line between them. A dense unit has a kernel of
 * the size of the maps that it reads.
 * @param {number[]} tensor  [kh, kw, I, O] or [I, units]
 * @param {number[] | undefined} source  shape of the maps before it
 * @returns {{shape: [number, number, number], order: Int32Array, hidden: number}}
 */
export function tile(tensor, source) {
  const outputs = /** @type {number} */ (tensor.at(-1));
  const inputs = tensor.slice(0, -1);
  const whole = inputs.reduce((product, extent) => product * extent, 1);
  const fits = source && source[0] * source[1] * source[2] === whole;
  const [h, w, c] = tensor.length === 4 ? inputs : fits ? source : [1, 1, whole];
  const across = Math.ceil(Math.sqrt(c));
  const down = Math.ceil(c / across);
  const line = c > 1 && h * w > 1 ? 1 : 0;
  const [stepY, stepX] = [h + line, w + line];
  const [height, width] = [down * stepY - line, across * stepX - line];
  const shown = Math.max(1, Math.min(outputs, Math.floor(kMostNumbers / (height * width))));
  const order = new Int32Array(height * width * shown).fill(-1);
  for (let i = 0; i < c; i++) {
    const [top, left] = [Math.floor(i / across) * stepY, (i % across) * stepX];
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const to = ((top + y) * width + left + x) * shown;
        const from = ((y * w + x) * c + i) * outputs;
        for (let o = 0; o < shown; o++) order[to + o] = from + o;
      }
    }
  }
  return { shape: [height, width, shown], order, hidden: outputs - shown };
}

/** The numbers in the order of the picture. @param {Float32Array} values @param {Int32Array | null} order */
export function arranged(values, order) {
  if (!order) return values;
  const result = new Float32Array(order.length);
  for (let i = 0; i < order.length; i++) result[i] = order[i] < 0 ? 0 : values[order[i]];
  return result;
}
