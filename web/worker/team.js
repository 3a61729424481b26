// Training by several workers: each has a copy of the net and computes the gradients of its part of every batch. This
// worker draws the batches, adds the gradients up, always in the same order, and takes the step; the others read the
// weights before and write their gradients after, into arrays that are the same in each step: shared memory where the
// page is isolated, else handed over and back. Gradients come in two parts, those of the last layers first: while the
// others compute the rest, these are added up and learnt from here, and the next batch is drawn.
//
// To a replica: {model, options}, the net of the steps to come; {options}, when they change; {part, arrays}, a part of a
// step. From it: {answer, arrays}, twice: the loss, with the late gradients, and then the early ones; {failed}, that
// there will be nothing.

import { kMostWorkers } from './protocol.js';

/**
 * @typedef {object} Arrays  of a member
 * @property {Float32Array} parameters
 * @property {Float32Array} images  room for its part of a batch
 * @property {Uint8Array} labels  likewise
 * @property {Float32Array} late  gradients of the trainer's late parameters
 * @property {Float32Array} early  of the others
 *
 * @typedef {object} Member
 * @property {MessagePort} port
 * @property {((answer: any) => void)[]} waiting  for the answers that are due
 * @property {boolean} knows  the net of now
 * @property {Arrays | null} arrays
 */

/**
 * @param {number} images  of a batch
 * @param {number} workers
 * @returns {number[]} images of each, the first ones get what does not divide; nobody who would have none
 */
export function cutBatch(images, workers) {
  const parts = Math.min(images, workers);
  return Array.from({ length: parts }, (_, i) => Math.floor(images / parts) + (i < images % parts ? 1 : 0));
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
  const letGo = ({ port, waiting }) => {
    port.close();
    for (const answer of waiting) answer(null);
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

  /** @param {any} trainer @param {Float32Array} images @param {Uint8Array} labels @returns {Arrays} */
  const makeArrays = (trainer, images, labels) => ({
    parameters: weights ?? floats(size),
    images: floats(images.length),
    labels: new Uint8Array(memory(labels.length)),
    late: floats(size - trainer.lateFrom),
    early: floats(trainer.lateFrom),
  });

  /**
   * @param {Member} member
   * @param {any} trainer @param {any} net @param {any} options
   * @param {Float32Array} images @param {Uint8Array} labels  of its part
   * @param {{share: number, draw: number}} part
   * @returns {Promise<any>[]} the two answers; null: lost
   */
  const send = (member, trainer, net, options, images, labels, part) => {
    const { port } = member;
    if (!member.knows) port.postMessage({ model: net.save({}), options });
    member.knows = true;
    if (!member.arrays || member.arrays.labels.length < labels.length) member.arrays = makeArrays(trainer, images, labels);
    const { arrays } = member;
    if (!weights) net.tensor('parameter', '', arrays.parameters);
    arrays.images.set(images);
    arrays.labels.set(labels);
    port.postMessage({ part: { ...part, count: labels.length }, arrays }, handedOver(arrays));
    return [0, 1].map(() => new Promise((resolve) => member.waiting.push(resolve)));
  };

  return {
    /** Workers beside this one. */
    get size() {
      return members.length;
    },

    /** @param {MessagePort} port */
    join(port) {
      /** @type {Member} */
      const member = { port, waiting: [], knows: false, arrays: null };
      port.onmessage = ({ data }) => {
        if (data.failed !== undefined) return lose(member, data.failed);
        Object.assign(/** @type {Arrays} */ (member.arrays), data.arrays);
        member.waiting.shift()?.(data.answer);
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
      for (const { port, knows } of members) if (knows) port.postMessage({ options });
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
        for (const member of members) Object.assign(member, { knows: false, arrays: null });
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
        // For dropout: a number of its own for each part of each step.
        const part = { share: count / labels.length, draw: begun.step * kMostWorkers + i };
        const [pictures, classes] = [images.subarray(first * picture, end * picture), labels.subarray(first, end)];
        return { first, count, member, answers: send(member, trainer, net, options, pictures, classes, part) };
      });
      trainer.compute(0, own);
      trainer.drawAhead();
      for (const { first, count, member, answers } of parts) {
        const loss = await answers[0];
        if (!loss) {
          trainer.compute(first, count);
          continue;
        }
        trainer.add(/** @type {Arrays} */ (member.arrays).late, trainer.lateFrom);
        trainer.addLoss(loss);
      }
      trainer.settle();
      for (const { member, answers } of parts) {
        // Who is lost between the two halves takes his share of one step's early gradients along.
        if (await answers[1]) trainer.add(/** @type {Arrays} */ (member.arrays).early, 0);
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
  const answer = (/** @type {any} */ answer, /** @type {Partial<Arrays>} */ arrays) =>
    port.postMessage({ answer, arrays }, handedOver(arrays));
  port.onmessage = ({ data }) => {
    try {
      if (data.model) {
        trainer?.destroy();
        net?.destroy();
        trainer = null;
        net = engine.loadNet(data.model);
        trainer = engine.createTrainer(net, null, data.options);
      } else if (data.options) {
        trainer.configure(data.options);
      } else {
        const { late, early, ...others } = /** @type {Arrays} */ (data.arrays);
        const { parameters, images, labels } = others;
        const { count } = data.part;
        net.setParameter('', parameters);
        const pictures = images.subarray(0, (images.length / labels.length) * count);
        answer(trainer.share(pictures, labels.subarray(0, count), data.part, late), { late });
        trainer.shareRest(early);
        answer(true, { ...others, early });
      }
    } catch (error) {
      port.postMessage({ failed: String(/** @type {any} */ (error)?.message ?? error) });
    }
  };
}
