// Training by several workers: each has a copy of the net and computes the gradients of its part of every batch. This
// worker draws the batches, adds the gradients up, always in the same order, and takes the step; the others hear the
// weights before and tell their gradients after, over a MessagePort each.
//
// To a replica: {model, options}, the net of the steps to come; {options}, when they change; {parameters, images,
// labels, share, draw}, a part of a step. From it: {share}, its answer; {failed}, that there will be none.

import { kMostWorkers } from './protocol.js';

/**
 * @typedef {object} Member
 * @property {MessagePort} port
 * @property {((share: any) => void) | null} waiting  for the answer that is due
 * @property {boolean} knows  the net of now
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

/** @param {(reason: string) => void} onLost  a member failed; what was its part is computed here */
export function createTeam(onLost) {
  /** @type {Member[]} */
  let members = [];
  /** Whose steps the members are prepared for. @type {any} */
  let trainerOfNow = null;

  /** @param {Member} member @param {string} reason */
  const lose = (member, reason) => {
    if (!members.includes(member)) return;
    members = members.filter((other) => other !== member);
    member.port.close();
    member.waiting?.(null);
    onLost(reason);
  };

  return {
    /** Workers beside this one. */
    get size() {
      return members.length;
    },

    /** @param {MessagePort} port */
    join(port) {
      /** @type {Member} */
      const member = { port, waiting: null, knows: false };
      port.onmessage = ({ data }) => {
        if (data.failed !== undefined) return lose(member, data.failed);
        const { waiting } = member;
        member.waiting = null;
        waiting?.(data.share);
      };
      members.push(member);
    },

    /** Goes on alone. What is due is computed here. */
    dismiss() {
      const gone = members;
      members = [];
      for (const { port, waiting } of gone) {
        port.close();
        waiting?.(null);
      }
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
      if (trainer !== trainerOfNow) for (const member of members) member.knows = false;
      trainerOfNow = trainer;
      const begun = trainer.begin();
      if (begun.state !== 'trained') return begun;
      const { images, labels } = trainer.batch();
      const size = images.length / labels.length;
      const [own, ...others] = cutBatch(labels.length, members.length + 1);
      let first = own;
      const parts = others.map((count, i) => {
        const member = members[i];
        if (!member.knows) member.port.postMessage({ model: net.save({}), options });
        member.knows = true;
        const part = {
          parameters: net.tensor('parameter', ''),
          images: images.slice(first * size, (first + count) * size),
          labels: labels.slice(first, first + count),
          share: count / labels.length,
          // For dropout: a number of its own for each part of each step.
          draw: begun.step * kMostWorkers + i,
        };
        member.port.postMessage(part, [part.parameters.buffer, part.images.buffer, part.labels.buffer]);
        first += count;
        return { first: first - count, count, answer: new Promise((resolve) => (member.waiting = resolve)) };
      });
      trainer.compute(0, own);
      for (const { first: from, count, answer } of parts) {
        const share = await answer;
        if (share) trainer.add(share);
        else trainer.compute(from, count);
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
        net.setParameter('', data.parameters);
        const share = trainer.share(data.images, data.labels, { share: data.share, draw: data.draw });
        port.postMessage({ share }, [share.gradients.buffer]);
      }
    } catch (error) {
      port.postMessage({ failed: String(/** @type {any} */ (error)?.message ?? error) });
    }
  };
}
