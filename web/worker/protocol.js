// The whole conversation between page and worker, as one table. A request is {id, op, args}, its answer {id, result} or
// {id, error}; an event is {event, data}. `transfer` names the members of args (or of the result) whose buffers are
// handed
// over instead of copied. Client and dispatcher are loops over this table; nothing else knows the operations' names.
// Requests are answered in the order in which they came, except `concurrent` ones: those take long and let others pass.

/**
 * @typedef {'simd128' | 'relaxed'} ModuleName
 * @typedef {number[][][]} Strokes  strokes → points → [x, y], in pad units
 * @typedef {{code: string, message: string, subject: string, path: string, text: string}} EngineErrorData
 *
 * @typedef {{strokes: Strokes} | {part: 'train' | 'test', index: number}} Input  a drawing or a picture of the set
 * @typedef {{definition: any, record: any, summary: any}} NetInfo
 * @typedef {{id: string, shape: number[], classes: number, train_total: number, test_total: number}} DatasetHead
 *
 * @typedef {object} StagePixels  one stage of the way from pen to picture
 * @property {'ink' | 'box' | 'image'} name
 * @property {number} h
 * @property {number} w
 * @property {Float32Array} pixels  0…1
 *
 * @typedef {import('../../wasm/js/types.js').TensorKind} TensorKind
 * @typedef {{kind: TensorKind, address: string}} TensorRef  a node's name, or that of a parameter (`conv1/kernel`)
 *
 * @typedef {object} TensorValues  of one image; of a node [h, w, c]
 * @property {TensorKind} kind
 * @property {string} address
 * @property {Float32Array} values  a part of the prediction's
 *
 * @typedef {object} Prediction
 * @property {number[]} probabilities
 * @property {number} class
 * @property {StagePixels[]} stages  empty when the input was a picture of a data set
 * @property {TensorValues[]} tensors  what was asked for; of the weights those that the asker has not been sent yet
 * @property {Float32Array} values  the numbers of stages and tensors, one buffer
 * @property {number} label  the class that gradients are of: the picture's own; of a drawing, what the net takes it for
 * @property {number} milliseconds  forward pass and rasteriser in the worker
 * @property {number} step  training step of the weights that answered
 *
 * @typedef {object} StepReport  sent while training, at most once a frame
 * @property {number} step
 * @property {number} epoch       fractional: images seen / images of the set
 * @property {number} loss        mean over the steps since the last report
 * @property {number} accuracy    likewise, on the training batches
 * @property {number} images      images seen in all
 * @property {number} imagesPerSecond
 * @property {number} learningRate
 * @property {number} seconds     spent on steps in all
 * @property {boolean} waiting    the images of the next step have not arrived yet; nothing was done
 *
 * @typedef {object} EvaluationReport
 * @property {number} step
 * @property {boolean} complete  over the whole test set, or a held-out sample of it
 * @property {boolean} done
 * @property {number} seen
 * @property {number} total
 * @property {number} errors
 * @property {number} accuracy
 * @property {number} loss
 * @property {number[][]} confusion  [true class][predicted class]
 * @property {Uint8Array} [classes]   when somebody waited for it: the class that each picture was taken for
 * @property {Float32Array} [losses]  likewise the loss of each picture
 * @property {Uint8Array} [labels]    and its true class
 * @property {number} [seconds]       of training until then; of the held-out sample
 */

/** Most workers that train a net together. */
export const kMostWorkers = 8;

/**
 * @typedef {object} Operation
 * @property {string[]} args
 * @property {string[]} [transfer]
 * @property {string[]} [resultTransfer]
 * @property {true} [concurrent]
 * @property {true} [anyTime]  also in the middle of a training step that several workers share
 */

/** @satisfies {Record<string, Operation>} */
export const operations = {
  // Starts the engine with the module's bytes (as they are, or gzip). Result: {catalogue, module}
  start: { args: ['wasm', 'module'], transfer: ['wasm'] },
  // Answered at once by a worker that is alive.
  ping: { args: [], concurrent: true, anyTime: true },

  // A net from a definition and a seed, or from a model file (as it is, or gzip). Result: NetInfo
  // `keep`: layers with the name, type and shapes of one of the open net keep its weights; `kept.layers` says which.
  openDefinition: { args: ['definition', 'seed', 'keep'] },
  openModel: { args: ['bytes'], transfer: ['bytes'] },
  // Table of a definition that is not opened (the editor asks while typing). Result: summary
  summarize: { args: ['definition'] },
  // The model file of the current net. Result: {bytes: Uint8Array}
  saveModel: { args: ['record'], resultTransfer: ['bytes'] },
  // A copy of a tensor of the current net, as Net.tensor of the bindings. Result: {values: Float32Array}
  tensor: { args: ['kind', 'address'], resultTransfer: ['values'] },

  // What is on the pad, or a picture of the data set: kept by the worker and answered again (event 'prediction') whenever
  // the weights change. `tensors`: TensorRef[] to send along, null for the activations of all nodes. Result: Prediction
  classify: { args: ['input', 'tensors'], resultTransfer: ['values'] },

  // A question to the engine, with the weights of now; what can be asked and what comes back stands in
  // wasm/js/explain-types.js. `source`: 'input' (also when absent), the kept input, or 'step', the training step that comes
  // next, on its batch. Result: Explanation, {answer, arrays: Record<string, Float32Array>}
  explain: { args: ['query', 'source'], resultTransfer: ['arrays'] },
  // The parts of the first query.images pictures of the set that excite a channel most, in slices. Result: TopPatchesAnswer
  topPatches: { args: ['query', 'part'], concurrent: true },

  // Data set: begin (DatasetHead), then chunks in order as they arrive. `part`: 'train' | 'test'. Result: {count}
  openDataset: { args: ['dataset'] },
  appendChunk: { args: ['id', 'part', 'bytes'], transfer: ['bytes'], concurrent: true },
  // Pictures of the current set, those that have arrived. Result: {index, pixels: Uint8Array, label}[]
  images: { args: ['part', 'indices'] },

  // Training: a loop in the worker. configureTraining works at any time, also while it runs.
  configureTraining: { args: ['options'] },
  train: { args: [] },
  // Result: {step}
  pause: { args: [] },
  // One step. Result: StepReport
  step: { args: [] },
  // Fresh weights from the seed; forgets optimiser and step. Result: NetInfo
  reset: { args: ['seed'] },
  // Up to `limit` pictures of the last step as the net received them, augmented and preprocessed, in the order of the
  // batch. Result: {shape: [h, w, c], images: Float32Array, labels: Uint8Array}
  batch: { args: ['limit'], resultTransfer: ['images', 'labels'] },
  // The first `limit` pictures of the test set (0: all), in slices, while training waits; 'evaluation' events say how
  // far it is. Result: EvaluationReport
  evaluate: { args: ['limit'], resultTransfer: ['classes', 'losses', 'labels'], concurrent: true },
  // Another state of the net to look at: the weights kept at this step or before it; null: those of now. Training goes
  // on; classify, tensor, explain and evaluate answer for what is looked at. Result: {step: number | null}
  visit: { args: ['step'] },
  // Workers that share the work of a step, see team.js: this worker takes one on, lets all go, or becomes one. `port`: a
  // MessagePort between the two.
  joinTeam: { args: ['port'], transfer: ['port'] },
  dismissTeam: { args: [], concurrent: true, anyTime: true },
  serveReplica: { args: ['port'], transfer: ['port'] },
  // A worker that changes pictures before their step comes, see ahead.js: likewise.
  joinAhead: { args: ['port'], transfer: ['port'] },
  serveAhead: { args: ['port'], transfer: ['port'] },
  // Everything a restarted worker needs to go on. Result: {model: Uint8Array, trainer: Uint8Array | null, step}
  checkpoint: { args: [], resultTransfer: ['model', 'trainer'] },
  // Result: NetInfo
  restore: { args: ['model', 'trainer', 'step'], transfer: ['model', 'trainer'] },
};

/** What the worker says unasked: name → what `data` is. */
export const events = {
  hello: 'nothing', // the script has been loaded
  report: 'StepReport',
  heldOut: 'EvaluationReport', // a sample of the test set, every few hundred steps
  evaluation: 'EvaluationReport',
  prediction: 'Prediction', // the kept input, with new weights
  snapshots: 'number[]', // steps whose weights are kept, for visit
  flow: 'FlowPoint', // see flow.js
  teamLost: '{reason}', // a worker that shared the work has failed
  stopped: '{reason: "diverged" | "waiting" | "early" | "failed", message, step}',
  checkpoint: '{model: Uint8Array, trainer: Uint8Array, step}', // every two seconds or 200 steps of training
};
