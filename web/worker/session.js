// What the worker holds (engine, net, data, trainer, the input on the pad) and one handler for each operation of the
// protocol. Runs in a worker as well as in node.

import { createTrainingLoop } from './training-loop.js';
import { inflate } from './inflate.js';
import { topPatches } from './top-patches.js';

/**
 * @param {object} parts
 * @param {(options: {module: any, bytes: BufferSource}) => any} parts.loadEngine
 * @param {(event: string, data: any, transfer: Transferable[]) => void} parts.send
 * @param {() => number} parts.now
 * @param {(run: () => void) => void} parts.later
 * @returns {import('./dispatcher.js').Handlers}
 */
export function createSession({ loadEngine, send, now, later }) {
  /** @type {any} */ let engine = null;
  /** @type {any} */ let net = null;
  /** @type {import('./protocol.js').NetInfo | null} */ let info = null;
  /** @type {any} */ let trainer = null;
  /** @type {import('./protocol.js').DatasetHead | null} */ let head = null;
  /** @type {Record<'train' | 'test', any> | null} */ let sets = null;
  /** @type {any} */ let options = {};
  /** @type {{input: import('./protocol.js').Input, maps: string[] | null} | null} */ let kept = null;

  /** The net that the kept input went through last. @type {any} */ let shown = null;

  const needNet = () => net ?? fail('There is no net yet.');
  const needSets = () => sets ?? fail('There is no data set yet.');

  const needTrainer = () => (trainer ??= engine.createTrainer(needNet(), needSets().train, options));

  const loop = createTrainingLoop({
    now,
    later,
    trainer: () => needTrainer(),
    evaluation: (limit) => (sets?.test.count ? engine.createEvaluation(needNet(), sets.test, { limit }) : null),
    checkpoint: () => ({ model: net.save({ step: loop.step }), trainer: trainer.checkpoint() }),
    goBack: (good) => restore(good),
    answer: () => answerAgain(),
    trainTotal: () => head?.train_total ?? 0,
    send: (event, data) => send(event, data, event === 'checkpoint' ? [data.model.buffer, data.trainer.buffer] : []),
  });

  const dropTrainer = () => {
    loop.forget();
    trainer?.destroy();
    trainer = null;
  };

  /** @param {() => any} make  throws without harm to the net that is open */
  const open = (make) => {
    const opened = make();
    dropTrainer();
    net?.destroy();
    net = opened;
    info = net.info();
    return info;
  };

  /** @param {{model: Uint8Array, trainer: Uint8Array | null, step: number}} checkpoint */
  const restore = ({ model, trainer: state, step }) => {
    const restored = open(() => engine.loadNet(model));
    if (!state) return restored;
    trainer = engine.createTrainer(net, needSets().train, options);
    trainer.restore(state);
    loop.forget(step);
    return restored;
  };

  /** @param {import('./protocol.js').Input} input @param {string[] | null} maps */
  const predict = (input, maps) => {
    const begin = now();
    let stages = [];
    if ('strokes' in input) ({ stages } = needNet().forwardDrawing({ strokes: input.strokes }));
    else needNet().forwardBytes(needSets()[input.part].image(input.index).pixels, 1);
    shown = net;
    const { output, layers } = /** @type {any} */ (info).summary;
    const probabilities = Array.from(net.tensor('activation', output));
    const names = maps ?? layers.map((/** @type {any} */ layer) => layer.name);
    const result = {
      probabilities,
      class: probabilities.indexOf(Math.max(...probabilities)),
      stages,
      maps: names.map((/** @type {string} */ node) => ({ node, values: net.tensor('activation', node) })),
      milliseconds: 0,
      step: loop.step,
    };
    result.milliseconds = now() - begin;
    return result;
  };

  const answerAgain = () => {
    if (!kept || !net) return;
    try {
      const prediction = predict(kept.input, kept.maps);
      send('prediction', prediction, predictionBuffers(prediction));
    } catch {
      // The kept input does not fit the new net or data; the page asks anew and hears why.
      kept = null;
    }
  };

  return {
    ping: () => {},

    async start({ wasm, module }) {
      engine = loadEngine({ module, bytes: await inflate(wasm) });
      return { catalogue: engine.describe(), module: engine.module };
    },

    openDefinition: ({ definition, seed }) => open(() => engine.createNet(definition, { seed })),
    async openModel({ bytes }) {
      const model = await inflate(bytes);
      return open(() => engine.loadNet(model));
    },
    summarize: ({ definition }) => engine.summarize(definition),
    saveModel: ({ record }) => ({ bytes: needNet().save(record) }),
    tensor: ({ kind, address }) => ({ values: needNet().tensor(kind, address) }),

    classify({ input, maps }) {
      const prediction = predict(input, maps);
      kept = { input, maps };
      return prediction;
    },

    explain({ query, source }) {
      if (source === 'step') return needTrainer().explain(query);
      if (!kept) fail('There is nothing to explain: the pad is empty and no picture is chosen.');
      if (shown !== needNet()) predict(kept.input, []);
      return net.explain(query);
    },
    async topPatches({ query, part }) {
      const set = needSets()[/** @type {'train' | 'test'} */ (part ?? 'train')];
      return topPatches({ net: needNet(), set, query, now });
    },

    openDataset({ dataset }) {
      dropTrainer();
      for (const set of Object.values(sets ?? {})) set.destroy();
      const { shape, classes, train_total, test_total } = dataset;
      head = dataset;
      sets = {
        train: engine.createDataset({ shape, classes, expected: train_total }),
        test: engine.createDataset({ shape, classes, expected: test_total }),
      };
      if (kept && 'part' in kept.input) kept = null;
    },
    async appendChunk({ id, part, bytes }) {
      const chunk = await inflate(bytes);
      // The user has gone to another data set while the chunk was under way.
      if (!sets || head?.id !== id) return { count: 0 };
      const set = sets[/** @type {'train' | 'test'} */ (part)];
      set.append(chunk);
      if (part === 'train') loop.arrived();
      return { count: set.count };
    },
    images({ part, indices }) {
      const set = needSets()[/** @type {'train' | 'test'} */ (part)];
      return indices
        .filter((/** @type {number} */ index) => index >= 0 && index < set.count)
        .map((/** @type {number} */ index) => ({ index, ...set.image(index) }));
    },

    configureTraining({ options: changed }) {
      trainer?.configure(changed);
      options = { ...options, ...changed };
    },
    train() {
      needNet();
      needSets();
      loop.start();
    },
    pause: () => ({ step: loop.pause() }),
    step: () => loop.once(),
    reset({ seed }) {
      needNet().initialize(seed);
      dropTrainer();
      options = { ...options, seed };
      info = net.info();
      return info;
    },
    evaluate: () => loop.evaluate(),

    checkpoint: () => ({
      model: needNet().save({ step: loop.step }),
      trainer: trainer ? trainer.checkpoint() : null,
      step: loop.step,
    }),
    restore: ({ model, trainer: state, step }) => restore({ model, trainer: state, step }),
  };
}

/** @param {import('./protocol.js').Prediction} prediction @returns {Transferable[]} */
function predictionBuffers({ stages, maps }) {
  return [...stages.map((stage) => stage.pixels.buffer), ...maps.map((map) => map.values.buffer)].filter(
    (buffer) => buffer instanceof ArrayBuffer,
  );
}

/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}
