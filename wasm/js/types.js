// What crosses the boundary as JSON, for the type checker. The engine is the author of these shapes: see summarize() and
// catalogue() in engine/describe, and the comments of cnn_api.h.

/**
 * @typedef {object} Field  one attribute or option, for forms
 * @property {string} key
 * @property {string} kind
 * @property {any} [default]
 * @property {boolean} [required]
 * @property {number} [least]
 * @property {number} [most]
 * @property {string[]} [choices]
 * @property {Record<string, string[]>} [only]  another option → its choices with which this one is read
 * @property {Record<string, number>} [usual]  optimiser → learning rate that it is usually begun with
 *
 * @typedef {object} Catalogue
 * @property {string} version
 * @property {'simd128' | 'relaxed'} build
 * @property {{type: string, role: LayerRole, fields: Field[]}[]} layers
 * @property {string[]} activations
 * @property {{type: string, fields: Field[]}[]} blocks
 * @property {Field[]} trainer
 * @property {Field[]} augment
 * @property {Field[]} drawing
 * @property {Field[]} preprocessing
 * @property {string[]} errors
 *
 * @typedef {'input' | 'convolution' | 'pooling' | 'dense' | 'activation' | 'normalization' | 'regularization' | 'reshape'
 *   | 'merge' | 'head'} LayerRole
 *
 * @typedef {object} TensorSummary
 * @property {string} name
 * @property {number[]} shape
 * @property {number} count
 * @property {boolean} trainable
 *
 * @typedef {object} LayerSummary
 * @property {string} name
 * @property {string} type
 * @property {LayerRole} role
 * @property {string[]} inputs
 * @property {[number, number, number]} shape  [h, w, c]
 * @property {number} parameters
 * @property {TensorSummary[]} tensors
 * @property {number} macs
 * @property {{size: number[], jump: number[], start: number[]}} receptive_field
 * @property {number} activation_bytes
 * @property {Record<string, any>} attributes
 * @property {string} path
 *
 * @typedef {object} Summary
 * @property {string} name
 * @property {[number, number, number]} input
 * @property {string} output
 * @property {string[]} heads
 * @property {LayerSummary[]} layers
 * @property {number} parameters
 * @property {number} trainable_parameters
 * @property {number} macs
 * @property {{parameters_bytes: number, activations_bytes: number, gradients_bytes: number, training_bytes: number}} memory  per image
 *
 * @typedef {object} NetInfo
 * @property {any} definition  as written
 * @property {any} record  as loaded, else {}
 * @property {Summary} summary
 *
 * @typedef {object} Drawing
 * @property {number[][][]} strokes  strokes → points → [x, y]
 * @property {[number, number]} [pad]
 * @property {number} [pen]
 * @property {number} [size]
 * @property {number} [box]
 *
 * @typedef {object} Stage  one stage on the way from pen to picture
 * @property {'ink' | 'box' | 'image'} name
 * @property {number} h
 * @property {number} w
 * @property {Float32Array} pixels  0…1
 *
 * @typedef {'activation' | 'gradient' | 'parameter' | 'parameter_gradient'} TensorKind
 *
 * @typedef {object} TrainerOptions
 * @property {'sgd' | 'momentum' | 'nesterov' | 'adagrad' | 'adadelta' | 'rmsprop' | 'adam' | 'adamw'} [optimizer]
 * @property {number} [learning_rate]
 * @property {number} [momentum]
 * @property {number} [rho]
 * @property {number} [beta1]
 * @property {number} [beta2]
 * @property {number} [epsilon]
 * @property {number} [weight_decay]  L2
 * @property {number} [l1_decay]
 * @property {number} [batch_size]
 * @property {number} [accumulate]  batches whose mean gradient makes one update
 * @property {'constant' | 'step' | 'cosine' | 'one_cycle'} [schedule]
 * @property {number} [schedule_steps]
 * @property {number} [schedule_factor]
 * @property {number} [warmup_steps]
 * @property {number} [clip_norm]  0: any
 * @property {number} [clip_value]  0: any
 * @property {string} [freeze]  patterns of names, like '*,!logits'
 * @property {number} [validation]  share of the training set that is held out
 * @property {number} [patience]  for shouldStop; 0: never
 * @property {number} [seed]
 * @property {AugmentOptions} [augment]
 *
 * @typedef {object} AugmentOptions  all 0: none
 * @property {number} [shift]
 * @property {number} [rotate]
 * @property {number} [scale]
 * @property {number} [shear]
 * @property {number} [elastic]
 * @property {number} [flip]
 * @property {number} [flip_v]
 * @property {number} [crop]
 * @property {number} [brightness]
 * @property {number} [contrast]
 * @property {number} [saturation]
 * @property {number} [noise]
 * @property {number} [cutout]
 *
 * @typedef {object} StepResult
 * @property {'trained' | 'waiting' | 'diverged'} state
 * @property {number} step  steps done so far
 * @property {number} epoch  whole epochs done so far
 * @property {boolean} epoch_end
 * @property {number} images  images seen so far
 * @property {number | null} loss  mean over the batch before the update; null: it left the finite numbers
 * @property {number} accuracy
 * @property {number} learning_rate  of this step, by the schedule
 * @property {string} [message]  diverged: what happened and what to try
 * @property {number} [kept_step]  diverged: the weights are those after this many steps
 *
 * @typedef {object} ShareLoss  of a replica's images of a step
 * @property {number} images
 * @property {number | null} loss  mean over them; null: it left the finite numbers
 * @property {number} correct
 *
 * @typedef {object} EvaluationResult
 * @property {boolean} done
 * @property {number} seen
 * @property {number} total
 * @property {number} errors
 * @property {number} accuracy
 * @property {number | null} loss
 * @property {number[][]} confusion  [true class][predicted class]
 */

export {};
