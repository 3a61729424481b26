// What the worker holds (engine, net, data, trainer, the input on the pad) and one handler for each operation of the
// protocol. Runs in a worker as well as in node.

import { createAhead, serveAhead } from './ahead.js';
import { createFlow } from './flow.js';
import { inflate } from './inflate.js';
import { createSnapshots } from './snapshots.js';
import { topPatches } from './top-patches.js';
import { createTeam, serveReplica } from './team.js';
import { createTrainingLoop } from './training-loop.js';

/**
 * @param {object} parts
 * @param {(options: {module: any, bytes: BufferSource}) => any} parts.loadEngine
 * @param {(event: string, data: any, transfer: Transferable[]) => void} parts.send
 * @param {() => number} parts.now
 * @param {(run: () => void) => void} parts.later
 * @returns {import('./dispatcher.js').Session}
 */
export function createSession({ loadEngine, send, now, later }) {
  /** @type {any} */ let engine = null;
  /** @type {any} */ let net = null;
  /** @type {import('./protocol.js').NetInfo | null} */ let info = null;
  /** @type {any} */ let trainer = null;
  /** @type {import('./protocol.js').DatasetHead | null} */ let head = null;
  /** @type {Record<'train' | 'test', any> | null} */ let sets = null;
  /** @type {any} */ let options = {};
  /** @type {{input: import('./protocol.js').Input, tensors: import('./protocol.js').TensorRef[] | null} | null} */
  let kept = null;
  /** Which weights the page has. */
  let sent = { asked: '', of: /** @type {any} */ (null), step: -1 };

  /** The net that the kept input went through last. @type {any} */ let shown = null;
  /** An earlier state of the net that is looked at instead of it. @type {{net: any, step: number} | null} */
  let past = null;
  let snapshots = createSnapshots();
  const flow = createFlow(now);
  const ahead = createAhead(() => trainer);
  const team = createTeam((reason) => send('teamLost', { reason }, []));

  const needNet = () => net ?? fail('There is no net yet.');
  const viewed = () => past?.net ?? needNet();
  const viewedStep = () => past?.step ?? loop.step;
  const needSets = () => sets ?? fail('There is no data set yet.');

  const needTrainer = () => (trainer ??= engine.createTrainer(needNet(), needSets().train, options));

  const loop = createTrainingLoop({
    now,
    later,
    trainer: () => {
      needTrainer();
      return { step: watchedStep, shouldStop: (/** @type {number} */ loss) => trainer.shouldStop(loss) };
    },
    evaluation(limit) {
      if (limit > 0 && trainer && options.validation > 0) {
        const heldOut = engine.createHeldOutEvaluation(trainer, { limit });
        // The trainer may be older than the option: then it holds nothing out.
        if (heldOut.step(0).total > 0) return heldOut;
        heldOut.destroy();
      }
      return evaluation(needNet(), limit);
    },
    checkpoint: () => ({ model: net.save({ step: loop.step }), trainer: trainer.checkpoint() }),
    answer: () => answerAgain(),
    trainTotal: () => head?.train_total ?? 0,
    send: (event, data) => send(event, data, event === 'checkpoint' ? [data.model.buffer, data.trainer.buffer] : []),
  });

  /** @param {any} of  a net @param {number} limit */
  const evaluation = (of, limit) => (sets?.test.count ? engine.createEvaluation(of, sets.test, { limit }) : null);

  const keepSnapshot = (/** @type {number} */ step) => {
    if (!snapshots.due(step)) return;
    snapshots.keep(step, net.save({ step }));
    send('snapshots', snapshots.steps, []);
  };

  /** A step of the trainer, with what the history and the flow of the net keep of it. A promise when a team takes it. */
  const watchedStep = () => {
    if (loop.step === 0) keepSnapshot(0);
    ahead.ask();
    const before = flow.due(loop.step + 1) ? flow.weights(net, /** @type {any} */ (info).summary) : null;
    const watched = (/** @type {any} */ result) => watchStep(result, before);
    return team.size ? team.step(trainer, net, options).then(watched) : watched(trainer.step());
  };

  /** @param {any} result @param {Float32Array[][] | null} before  weights before it, when the flow is due */
  const watchStep = (result, before) => {
    if (result.state === 'diverged') {
      snapshots.cut(result.kept_step);
      send('snapshots', snapshots.steps, []);
    }
    if (result.state !== 'trained') return result;
    keepSnapshot(result.step);
    const { summary } = /** @type {any} */ (info);
    if (before) send('flow', flow.measure(net, summary, before, needSets().train, result.step), []);
    return result;
  };

  const leavePast = () => {
    past?.net.destroy();
    past = null;
  };

  const dropTrainer = () => {
    loop.forget();
    leavePast();
    snapshots = createSnapshots();
    flow.forget();
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

  /**
   * @param {import('./protocol.js').Input} input
   * @param {import('./protocol.js').TensorRef[] | null} tensors
   * @returns {import('./protocol.js').Prediction}
   */
  const predict = (input, tensors) => {
    const begin = now();
    /** @type {import('./protocol.js').StagePixels[]} */
    let stages = [];
    let label = -1;
    const net = viewed();
    if ('strokes' in input) ({ stages } = net.forwardDrawing({ strokes: input.strokes }));
    else {
      const image = needSets()[input.part].image(input.index);
      net.forwardBytes(image.pixels, 1);
      ({ label } = image);
    }
    shown = net;
    const { output, layers } = /** @type {any} */ (info).summary;
    const probabilities = Array.from(net.tensor('activation', output));
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (label < 0) label = best;
    const asked = tensors ?? layers.map((/** @type {any} */ { name }) => ({ kind: 'activation', address: name }));
    const wanted = asked.filter(fresh(JSON.stringify(asked)));
    if (wanted.some((/** @type {any} */ { kind }) => kind.endsWith('gradient'))) net.backward(Uint8Array.of(label));
    /** @type {import('./protocol.js').TensorValues[]} */
    const read = wanted.map((/** @type {import('./protocol.js').TensorRef} */ ref) => ({ ...ref, values: net.tensor(ref.kind, ref.address) }));
    const values = pack([...stages.map(({ pixels }) => pixels), ...read.map((tensor) => tensor.values)]);
    return {
      probabilities,
      class: best,
      label,
      stages: stages.map((stage, i) => ({ ...stage, pixels: values.parts[i] })),
      tensors: read.map((tensor, i) => ({ ...tensor, values: values.parts[stages.length + i] })),
      values: values.all,
      milliseconds: now() - begin,
      step: viewedStep(),
    };
  };

  /** Which references are worth an answer: weights only if they are others than those sent last. @param {string} asked */
  const fresh = (asked) => {
    const known = sent.asked === asked && sent.of === viewed() && sent.step === viewedStep();
    sent = { asked, of: viewed(), step: viewedStep() };
    return (/** @type {import('./protocol.js').TensorRef} */ { kind }) => kind !== 'parameter' || !known;
  };

  const answerAgain = () => {
    // Earlier weights do not change.
    if (!kept || !net || past) return;
    try {
      const prediction = predict(kept.input, kept.tensors);
      send('prediction', prediction, [prediction.values.buffer]);
    } catch {
      // The kept input does not fit the new net or data; the page asks anew and hears why.
      kept = null;
    }
  };

  /** @type {import('./dispatcher.js').Handlers} */
  const handlers = {
    ping: () => {},

    async start({ wasm, module }) {
      engine = loadEngine({ module, bytes: await inflate(wasm) });
      return { catalogue: engine.describe(), module: engine.module };
    },

    openDefinition({ definition, seed, keep }) {
      /** @type {string[]} */
      let layers = [];
      const opened = open(() => {
        const made = engine.createNet(definition, { seed });
        if (keep && net) layers = takeOver(net, /** @type {any} */ (info).summary, made);
        return made;
      });
      return { ...opened, kept: { layers } };
    },
    async openModel({ bytes }) {
      const model = await inflate(bytes);
      return open(() => engine.loadNet(model));
    },
    summarize: ({ definition }) => engine.summarize(definition),
    saveModel: ({ record }) => ({ bytes: needNet().save(record) }),
    tensor: ({ kind, address }) => ({ values: viewed().tensor(kind, address) }),

    classify({ input, tensors }) {
      const prediction = predict(input, tensors);
      kept = { input, tensors };
      return prediction;
    },

    explain({ query, source }) {
      if (source === 'step') return needTrainer().explain(query);
      if (!kept) fail('There is nothing to explain: the pad is empty and no picture is chosen.');
      if (shown !== viewed()) predict(kept.input, []);
      return viewed().explain(query);
    },
    async topPatches({ query, part }) {
      const set = needSets()[/** @type {'train' | 'test'} */ (part ?? 'train')];
      return topPatches({ net: viewed(), set, query, now });
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
      team.configure(options);
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
      sent.of = null;
      dropTrainer();
      options = { ...options, seed };
      info = net.info();
      return info;
    },
    batch({ limit }) {
      const shape = /** @type {any} */ (info)?.summary.input ?? [0, 0, 0];
      const { images, labels } = trainer ? trainer.batch() : { images: new Float32Array(0), labels: new Uint8Array(0) };
      const count = Math.min(limit, labels.length);
      const size = labels.length ? images.length / labels.length : 0;
      return { shape, images: images.slice(0, count * size), labels: labels.slice(0, count) };
    },
    async evaluate({ limit }) {
      const what = { complete: limit === 0, step: viewedStep() };
      const set = sets?.test;
      const report = await loop.evaluate(evaluation(viewed(), limit), what);
      return { ...report, labels: Uint8Array.from(report.classes, (_, index) => set.image(index).label) };
    },
    visit({ step }) {
      const snapshot = step === null ? null : snapshots.at(step);
      const opened = snapshot && engine.loadNet(snapshot.bytes);
      loop.dropEvaluations();
      leavePast();
      if (snapshot) past = { net: opened, step: snapshot.step };
      return { step: snapshot?.step ?? null };
    },

    joinTeam: ({ port }) => team.join(port),
    dismissTeam: () => team.dismiss(),
    serveReplica: ({ port }) => serveReplica(port, engine),
    joinAhead: ({ port }) => ahead.join(port),
    serveAhead: ({ port }) => serveAhead(port, engine),

    checkpoint: () => ({
      model: needNet().save({ step: loop.step }),
      trainer: trainer ? trainer.checkpoint() : null,
      step: loop.step,
    }),
    restore: ({ model, trainer: state, step }) => restore({ model, trainer: state, step }),
  };

  return { handlers, underWay: () => loop.underWay };
}

/** Many arrays in one buffer, which can be handed over at once. @param {Float32Array[]} arrays */
function pack(arrays) {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  const parts = arrays.map((array) => {
    all.set(array, end);
    end += array.length;
    return all.subarray(end - array.length, end);
  });
  return { all, parts };
}

/**
 * Parameters of one net into another, where layer, name and shape are the same.
 * @param {any} from @param {any} summary  of `from` @param {any} to
 * @returns {string[]} names of the layers that were taken over whole
 */
function takeOver(from, summary, to) {
  const known = new Map(summary.layers.map((/** @type {any} */ layer) => [layer.name, layer]));
  return to.info().summary.layers.filter((/** @type {any} */ { name, type, tensors }) => {
    const before = known.get(name);
    const same = before?.type === type && JSON.stringify(before.tensors) === JSON.stringify(tensors);
    if (!same || !tensors.length) return false;
    for (const tensor of tensors) to.setParameter(`${name}/${tensor.name}`, from.tensor('parameter', `${name}/${tensor.name}`));
    return true;
  }).map((/** @type {any} */ { name }) => name);
}

/** @param {string} message @returns {never} */
function fail(message) {
  throw new Error(message);
}
