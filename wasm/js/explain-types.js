// Questions to the engine about a net (Net.explain) and their answers, for the type checker. An answer has `answer`, words and
// single numbers, and `arrays`, Float32Arrays by name; what stands in them is said at each answer. The engine is the author of
// these shapes: see engine/explain and engine/layers/terms.h.

/**
 * @typedef {object} Explanation
 * @property {any} answer
 * @property {Record<string, Float32Array>} arrays  all in one buffer
 *
 * A question. `about` says which; each takes the fields named with its answer. What is not given has the value in brackets.
 * @typedef {object} Query
 * @property {'statistics' | 'position' | 'backward' | 'parameter' | 'receptive_field' | 'input_gradient' | 'occlusion'
 *   | 'grad_cam' | 'ascent' | 'top_patches' | 'batch' | 'update'} about
 * @property {string} [node]
 * @property {string} [parameter]  address, 'conv1/kernel'
 * @property {number} [channel]  (0)
 * @property {number} [row]      (0)
 * @property {number} [column]   (0)
 * @property {number} [image]    (0) of the step's batch
 * @property {number} [element]  (0) flat index in a parameter
 * @property {number} [label]    (−1: the predicted one) class from which backward starts, or whose score is asked about
 * @property {number} [bins]     (0: none) of histograms
 * @property {number} [count]    (16) at most so many entries
 * @property {number} [from]     (0) slice of a data set
 * @property {number} [images]   (100)
 * @property {number} [size]     (5) of the occluding patch, in pixels
 * @property {number} [stride]   (2)
 * @property {number} [steps]    (16) of an ascent
 * @property {number} [rate]     (0.05) in ranges of a pixel
 * @property {number} [decay]    (0.01) share by which each step draws back to black
 * @property {number} [blur]     (0.2) share by which each step draws a pixel to its neighbours' mean
 * @property {boolean} [resume]  (false) the ascent goes on from where the one before ended
 * @property {boolean} [twin]    (false) ask a net of the same definition with fresh weights drawn from `seed` (not for `step`)
 * @property {number} [seed]     (1)
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
 *   softmax        product e^(x − maximum), result product / sum; numbers: maximum, sum
 *   function       weight is the slope ∂result / ∂value
 * Heads add, where a label is known, the numbers miss and scale (head's weight / images): the gradient at the value read is
 * miss · scale, with miss = result − target (number target), or by how many margins the hinge pushes.
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
 * @property {{parameter: string, value: Distribution, gradient?: Distribution, update?: number, ratio?: number}[]} parameters
 *   with source 'step' also what the step will do: update ‖Δw‖ and ratio ‖Δw‖ / ‖w‖
 *
 * `backward` {node, row, column, channel, image, label}: how ∂loss / ∂value came about. One entry of the arrays for each output
 * that reads the value: `consumer` (which of `consumers`), `image`, `row`, `column`, `channel` (the output), `weight`
 * (∂output / ∂value: a kernel's weight, a ReLU's gate, a pooling's route), `gradient` (∂loss / ∂output), `product`. At the loss
 * gradient is the head's miss and weight its scale. Through a normalisation over the batch the product is
 * g − mean(g) − x̂ · mean(g · x̂) with g = weight · gradient; numbers mean_gradient, mean_gradient_normalized are the means.
 * @typedef {object} BackwardAnswer
 * @property {string} node
 * @property {number} label
 * @property {number} loss
 * @property {number} value
 * @property {number} [gradient]  the engine's own; absent for heads
 * @property {number} sum         of the products
 * @property {{node: string, kind: Arithmetic, numbers: Record<string, number>}[]} consumers
 *   numbers of a softmax: also probability
 *
 * `parameter` {parameter, element, count, label}: how the gradient of one weight came about, Σ over all `total` outputs that it
 * takes part in. Arrays as of `backward` for the `count` largest products; `weight` is the number that stood beside the parameter
 * (its input; 1 for a bias), `gradient` that of the output.
 * @typedef {object} ParameterAnswer
 * @property {string} parameter
 * @property {number} element
 * @property {number} value
 * @property {number} [gradient]  the engine's own; absent for what is not trained
 * @property {number} loss
 * @property {number} sum
 * @property {number} total
 *
 * Rows and columns of a node's maps, both ends included; beyond the map: padding.
 * @typedef {{top: number, left: number, bottom: number, right: number}} Box
 *
 * `receptive_field` {node, row, column, channel}: what a unit sees. Array `field` [h, w]: |∂unit / ∂pixel| for the kept picture,
 * 1 at most; all 0 where the unit is not moved by any pixel.
 * @typedef {object} ReceptiveFieldAnswer
 * @property {string} node
 * @property {[number, number]} size   in pixels, like jump (between neighbours) and start (of the first)
 * @property {[number, number]} jump
 * @property {[number, number]} start
 * @property {(Box & {node: string})[]} boxes  in this node and every earlier one that it sees, down to the input
 * @property {number} peak  by which `field` was divided
 *
 * `input_gradient` {label}: arrays `gradient` [h, w, c] of the class's score, `map` [h, w] its size, 1 at most.
 * `occlusion` {label, size, stride}: array `map` [rows, columns], the probability of the class while the patch with its top left
 * corner at (row · stride, column · stride) is black; `probability` is that of the whole picture.
 * `grad_cam` {label, node}: arrays `map` [h, w] of the node, 1 at most, `weights` [c].
 * @typedef {object} ClassAnswer
 * @property {number} label
 * @property {number} score        before the head
 * @property {number} probability
 * @property {number} [peak]       grad_cam: by which the map was divided
 *
 * `ascent` {node, channel} or {label}, {steps, rate, decay, blur, resume, seed}: a picture that excites the channel (mean of its
 * map; of a head, the score before it) or the class (its score). Arrays `picture` [h, w, c] in 0…1, `path` [steps + 1] the
 * values on the way. A few steps at a time with `resume` show it grow.
 * @typedef {{value: number}} AscentAnswer
 *
 * Operation topPatches {node, channel, count, images}: the first so many pictures of the set.
 * @typedef {object} TopPatchesAnswer
 * @property {string} node
 * @property {number} channel
 * @property {number} images  looked at
 * @property {(Box & {index: number, label: number, row: number, column: number, value: number})[]} patches  best first, one a
 *   picture: the box in the net's input, the place in the node's map
 *
 * With source 'step', in training mode, before the step is taken: `statistics`, `position`, `backward`, `parameter` as above, and
 * `batch` {}: array `images` [n, h, w, c] as the net receives them (augmented, preprocessed).
 * @typedef {{labels: number[]}} BatchAnswer
 *
 * `update` {parameter, element}: what the optimiser will do with one weight.
 * @typedef {object} UpdateAnswer
 * @property {string} parameter
 * @property {number} element
 * @property {import('./types.js').TrainerOptions} options
 * @property {boolean} trainable
 * @property {boolean} decays     weight decay applies to it
 * @property {number} update      number of this update, from 1 (t of Adam)
 * @property {number} before
 * @property {number} gradient    without decay; where gradients accumulate, the mean over `batches` so far
 * @property {number} batches     1, or as many as have accumulated with this step
 * @property {boolean} waits      more have to come before they make an update: `after` is `before`
 * @property {{before: number, after: number}[]} moments  none, velocity, or first and second moment
 * @property {number} after
 */

export {};
