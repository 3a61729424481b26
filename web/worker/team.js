// Training by several workers: each has a copy of the net and computes the gradients of its part of every batch. This
// worker draws the batches, adds the gradients up, always in the same order, and takes the step; the others read the
// weights before and write their gradients after, into arrays that are the same in each step: shared memory where the
// page is isolated, else handed over and back. Gradients come in two parts, those of the last layers first: while the
// others compute the rest, these are added up and learnt from here, and the next batch is drawn.
//
// To a replica: {model, options}, the net of the steps to come; {options}, when they change; {arrays}, a part of a step.
// From it: {arrays}, twice: with the loss and the late gradients, and then with the early ones; {failed}, that there will
// be nothing. By shared memory parts and answers need no message as long as both sides listen for the bell.

import { createBell, kBellNumbers } from './bell.js';
import { kMostWorkers } from './protocol.js';

/** Listening for the bell, at most, ms; then messages are looked at. */
const kPatienceMs = 20;
/** Likewise of a replica that is kept busy: the page asks whether it is alive. */
const kMessagesEveryMs = 250;

/**
 * @typedef {object} Arrays  of a member
 * @property {Float32Array} parameters
 * @property {Float32Array} images  room for its part of a batch
 * @property {Uint8Array} labels  likewise
 * @property {Float32Array} late  gradients of the trainer's late parameters
 * @property {Float32Array} early  of the others
 * @property {Float64Array} figures  of its part, in the order of kFigures
 * @property {Int32Array} [bells]  numbers of that of its parts and that of its answers; only if shared
 *
 * @typedef {object} Member
 * @property {MessagePort} port
 * @property {ReturnType<typeof createBells>} bells
 * @property {Arrays | null} arrays
 * @property {boolean} knows  the net of now
 * @property {boolean} told  something by message, since its last part
 * @property {number} answers  that came by message
 * @property {number} awaited  answers, until now
 * @property {((answered: boolean) => void) | null} call  somebody waits for a message
 */

/** Of a part of a step: its images, their share of the batch, what dropout draws by, 1 if the part comes by message; loss and
 * right answers, of its first answer. */
const kFigures = { images: 0, share: 1, draw: 2, byMessage: 3, loss: 4, correct: 5 };

/** @param {Int32Array | undefined} numbers */
const createBells = (numbers) => numbers && { parts: createBell(numbers), answers: createBell(numbers, kBellNumbers) };

/**
 * @param {number} images  of a batch
 * @param {number} workers
 * @returns {number[]} images of each, the last ones get what does not divide, for the first has the step to take as well;
 *   nobody who would have none
 */
export function cutBatch(images, workers) {
  const parts = Math.min(images, workers);
  return Array.from({ length: parts }, (_, i) => Math.floor((images + i) / parts));
}

/** Memory that is not shared goes to the other side. @param {Partial<Arrays>} arrays @returns {ArrayBuffer[]} */
const handedOver = (arrays) => Object.values(arrays).flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));

/**
 * @param {(reason: string) => void} onLost  a member failed; what was its part is computed here
 * @param {boolean} [shared]  whether by shared memory
 */
export function createTeam(onLost, shared = globalThis.crossOriginIsolated === true) {
  /** @type {Member[]} */
  let members = [];
  /** Whose steps the members are prepared for. @type {any} */
  let trainerOfNow = null;
  /** How many numbers its net's parameters are. */
  let size = 0;
  /** Shared weights are the same for all. @type {Float32Array | null} */
  let weights = null;

  /** @param {Member} member */
  const letGo = ({ port, call }) => {
    port.close();
    call?.(false);
  };

  /** @param {Member} member @param {string} reason */
  const lose = (member, reason) => {
    if (!members.includes(member)) return;
    members = members.filter((other) => other !== member);
    letGo(member);
    onLost(reason);
  };

  const memory = (/** @type {number} */ bytes) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const floats = (/** @type {number} */ count) => new Float32Array(memory(4 * count));

  /** @param {Member} member @param {any} message */
  const tell = (member, message) => {
    member.port.postMessage(message);
    member.told = true;
  };

  /**
   * @param {Arrays | null} before  those of other steps, whose bells go on counting
   * @param {any} trainer @param {Float32Array} images @param {Uint8Array} labels
   * @returns {Arrays}
   */
  const makeArrays = (before, trainer, images, labels) => ({
    parameters: weights ?? floats(size),
    images: floats(images.length),
    labels: new Uint8Array(memory(labels.length)),
    late: floats(size - trainer.lateFrom),
    early: floats(trainer.lateFrom),
    figures: before?.figures ?? new Float64Array(memory(8 * Object.keys(kFigures).length)),
    ...(shared && { bells: before?.bells ?? new Int32Array(memory(4 * 2 * kBellNumbers)) }),
  });

  /**
   * @param {Member} member
   * @param {any} trainer @param {any} net @param {any} options
   * @param {Float32Array} images @param {Uint8Array} labels  of its part
   * @param {number} share @param {number} draw
   */
  const send = (member, trainer, net, options, images, labels, share, draw) => {
    let { arrays } = member;
    if (!member.knows || !arrays || arrays.labels.length < labels.length) {
      member.arrays = arrays = makeArrays(arrays, trainer, images, labels);
      member.bells = createBells(arrays.bells);
      if (!member.knows) tell(member, { model: net.save({}), options });
      member.told = true;
    }
    member.knows = true;
    if (!weights) net.tensor('parameter', '', arrays.parameters);
    arrays.images.set(images);
    arrays.labels.set(labels);
    arrays.figures.set([labels.length, share, draw, Number(member.told)]);
    const away = !member.bells || member.bells.parts.ring();
    if (away || member.told) member.port.postMessage({ arrays }, handedOver(arrays));
    member.told = false;
  };

  /** Waits for the next answer of a member. False: it is lost. @param {Member} member @returns {boolean | Promise<boolean>} */
  const answered = (member) => {
    const times = ++member.awaited;
    const bell = member.bells?.answers;
    if (!members.includes(member)) return false;
    const here = bell ? bell.listen(times, kPatienceMs) || !bell.leave(times) : member.answers >= times;
    if (here) return true;
    return new Promise((resolve) => {
      member.call = resolve;
    });
  };

  return {
    /** Workers beside this one. */
    get size() {
      return members.length;
    },

    /** @param {MessagePort} port */
    join(port) {
      /** @type {Member} */
      const member = { port, bells: undefined, arrays: null, knows: false, told: false, answers: 0, awaited: 0, call: null };
      port.onmessage = ({ data }) => {
        if (data.failed !== undefined) return lose(member, data.failed);
        Object.assign(/** @type {Arrays} */ (member.arrays), data.arrays);
        member.answers++;
        member.call?.(true);
        member.call = null;
      };
      members.push(member);
    },

    /** Goes on alone. What is due is computed here. */
    dismiss() {
      const gone = members;
      members = [];
      gone.forEach(letGo);
    },

    /** @param {any} options */
    configure(options) {
      for (const member of members) if (member.knows) tell(member, { options });
    },

    /**
     * One step.
     * @param {any} trainer
     * @param {any} net  the trainer's
     * @param {any} options  likewise
     * @returns {Promise<any>} its result
     */
    async step(trainer, net, options) {
      if (trainer !== trainerOfNow) {
        for (const member of members) member.knows = false;
        size = net.tensor('parameter', '').length;
        weights = shared ? floats(size) : null;
      }
      trainerOfNow = trainer;
      const begun = trainer.begin();
      if (begun.state !== 'trained') return begun;
      if (weights) net.tensor('parameter', '', weights);
      const { images, labels } = trainer.batch();
      const picture = images.length / labels.length;
      const [own, ...others] = cutBatch(labels.length, members.length + 1);
      let end = own;
      const parts = others.map((count, i) => {
        const first = end;
        end += count;
        const member = members[i];
        const [pictures, classes] = [images.subarray(first * picture, end * picture), labels.subarray(first, end)];
        // For dropout: a number of its own for each part of each step.
        const draw = begun.step * kMostWorkers + i;
        send(member, trainer, net, options, pictures, classes, count / labels.length, draw);
        return { first, count, member };
      });
      trainer.compute(0, own);
      trainer.drawAhead();
      for (const { first, count, member } of parts) {
        if (!(await answered(member))) {
          trainer.compute(first, count);
          continue;
        }
        const { late, figures } = /** @type {Arrays} */ (member.arrays);
        trainer.add(late, trainer.lateFrom);
        trainer.addLoss({ images: count, loss: figures[kFigures.loss], correct: figures[kFigures.correct] });
      }
      trainer.settle();
      for (const { member } of parts) {
        // Who is lost between the two halves takes his share of one step's early gradients along.
        if (await answered(member)) trainer.add(/** @type {Arrays} */ (member.arrays).early, 0);
      }
      return trainer.finish();
    },
  };
}

/**
 * The other end: answers with gradients as long as the port is there.
 * @param {MessagePort} port
 * @param {any} engine
 */
export function serveReplica(port, engine) {
  /** @type {any} */ let net = null;
  /** @type {any} */ let trainer = null;
  /** Parts, until now. */
  let parts = 0;

  /** @param {Arrays} arrays @param {ReturnType<typeof createBells>} bells */
  const compute = ({ late, early, figures, parameters, images, labels }, bells) => {
    const answer = (/** @type {Partial<Arrays>} */ arrays) => {
      if (!bells || bells.answers.ring()) port.postMessage({ arrays }, handedOver(arrays));
    };
    const [count, share, draw] = figures;
    parts++;
    net.setParameter('', parameters);
    const pictures = images.subarray(0, (images.length / labels.length) * count);
    const { loss, correct } = trainer.share(pictures, labels.subarray(0, count), { share, draw }, late);
    figures.set([loss ?? NaN, correct], kFigures.loss);
    answer({ late, figures });
    trainer.shareRest(early);
    answer({ parameters, images, labels, early });
  };

  /** A part that came by message, and those that come by bell after it. @param {Arrays} arrays */
  const computeParts = (arrays) => {
    const bells = createBells(arrays.bells);
    const until = performance.now() + kMessagesEveryMs;
    const another = (/** @type {NonNullable<typeof bells>} */ { parts: bell }) =>
      bell.listen(parts + 1, Math.min(kPatienceMs, until - performance.now())) || !bell.leave(parts + 1);
    do compute(arrays, bells);
    while (bells && another(bells) && !arrays.figures[kFigures.byMessage]);
  };

  port.onmessage = ({ data: { model, options, arrays } }) => {
    try {
      if (model) {
        trainer?.destroy();
        net?.destroy();
        trainer = null;
        net = engine.loadNet(model);
        trainer = engine.createTrainer(net, null, options);
      } else if (options) {
        trainer.configure(options);
      } else {
        computeParts(arrays);
      }
    } catch (error) {
      port.postMessage({ failed: String(/** @type {any} */ (error)?.message ?? error) });
    }
  };
}
