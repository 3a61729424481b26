// Questions to the engine about a net (Net.explain) and their answers, for the type checker. An answer has `answer`, words and
// single numbers, and `arrays`, Float32Arrays by name; what stands in them is said at each answer. The engine is the author of
// these shapes: see engine/explain and engine/layers/terms.h.

/**
 * A question. `about` says which; each takes the fields named with its answer. What is not given is 0 (label: −1).
 * @typedef {object} Query
 * @property {'statistics' | 'position'} about
 * @property {string} [node]
 * @property {number} [channel]
 * @property {number} [row]
 * @property {number} [column]
 * @property {number} [image]   of a batch
 * @property {number} [label]   the class from which backward starts; −1: the predicted one
 * @property {number} [bins]    of histograms; 0: none
 *
 * How the terms of a position become its result. In all but `function` and `softmax` the products add up to the result.
 *   input          a pixel: no terms
 *   products       Σ value · weight, convolution and dense; the bias is the term with input −1
 *   maximum        weight 1 for the winner (the first of equals), else 0; numbers.ties: how many are equal to it
 *   average, sum   weight 1 / count, 1
 *   copy           the same number at another place (flatten, concat)
 *   mask           dropout: weight 0, or what kept ones are multiplied by (inference: 1)
 *   normalization  γ · x̂ + β, x̂ = (x − mean) / √(variance + epsilon); numbers: mean, variance, epsilon, normalized (x̂), gamma,
 *                  beta, and images, rows, columns, channels: extents of the block that shares mean and variance (0: they are
 *                  fixed running averages)
 *   softmax        product e^(x − maximum), result product / sum; numbers: maximum, sum, and where a label is known target, scale
 *   function       weight is the slope ∂result / ∂value
 * @typedef {'input' | 'products' | 'maximum' | 'average' | 'sum' | 'copy' | 'mask' | 'normalization' | 'softmax' | 'function'
 *   } Arithmetic
 *
 * `position` {node, row, column, channel, image}: how this output came about. Arrays, one entry a term, in the order of the
 * layer's arithmetic (rows of the window, columns of the window, channels): `input` (which of `inputs`; −1: a constant 1),
 * `row`, `column`, `channel` (the cell of that input; outside of its shape: padding), `value`, `weight`, `product`, `tensor`
 * (which of `tensors`; −1: none), `element` (flat index in it).
 * @typedef {object} PositionAnswer
 * @property {string} node
 * @property {Arithmetic} kind
 * @property {string[]} inputs   names of the nodes read
 * @property {string[]} tensors  addresses of the parameters
 * @property {number} result     the engine's own value there
 * @property {number} sum        of the products, in double
 * @property {Record<string, number>} numbers
 *
 * @typedef {object} Distribution
 * @property {number} min
 * @property {number} max
 * @property {number} mean
 * @property {number} std    ÷ n
 * @property {number} norm   √Σx²
 * @property {number} zeros  share that is exactly 0
 * @property {number[]} [histogram]  counts of `bins` equal bins from min to max
 *
 * `statistics` {bins, label}: of every node and every parameter. No arrays.
 * @typedef {object} StatisticsAnswer
 * @property {number} images
 * @property {number} [loss]      absent, like all gradients, where the net has no head
 * @property {number} [accuracy]
 * @property {{node: string, activation: Distribution, gradient?: Distribution, channels: number, dead: number[]}[]} nodes
 *   dead: channels that are above 0 nowhere. Heads have no gradient of their own
 * @property {{parameter: string, value: Distribution, gradient?: Distribution}[]} parameters
 */

export {};
