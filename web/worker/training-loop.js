// The loop that computes: slices short enough that messages are answered between them. What is due first comes
// first: an
// evaluation that somebody asked for, then the held-out sample, then training steps. Knows no messages and no clock but
// the ones it is given.

const kSliceMs = 12;
const kReportEveryMs = 60;
/** Answers for the page while training: at most this share of the time, at least so many milliseconds apart. */
const kAnswerShare = 0.07;
const kAnswerLeastMs = 60;
const kAnswerMostMs = 1000;
const kCheckpointEveryMs = 2000;
const kCheckpointEverySteps = 200;
const kHeldOutEverySteps = 200;
const kHeldOutImages = 1000;
/** An evaluation call should take about half a slice. */
const kEvaluationMs = 6;
const kMaxEvaluationImages = 500;

/**
 * @typedef {object} LoopParts
 * @property {() => number} now  milliseconds
 * @property {(run: () => void) => void} later  runs after the messages that wait
 * @property {() => any} trainer  the trainer of bindings, whose step may be a promise; made when first needed
 * @property {(limit: number) => any} evaluation  a new one over the test images (with a limit: over what is held out of
 *   training, where something is) that have arrived; null: none has
 * @property {() => {model: Uint8Array, trainer: Uint8Array}} checkpoint
 * @property {() => void} answer  the kept input, with the weights of now
 * @property {() => number} trainTotal  images of an epoch
 * @property {(event: string, data: any) => void} send
 */

/** @param {LoopParts} parts */
export function createTrainingLoop({ now, later, trainer, evaluation, checkpoint, answer, trainTotal, send }) {
  let training = false;
  let scheduled = false;
  /** A step that others have a part in; nothing else is begun until it is over. @type {Promise<void> | null} */
  let underWay = null;
  /** Counts up when what was going on has lost its meaning (another net, a reset). */
  let generation = 0;

  let step = 0;
  /** Seen so far; below zero: not known, after a restore. */
  let images = 0;
  let lastReport = 0;
  let lastAnswer = 0;
  let answerEvery = kAnswerLeastMs;
  let lastCheckpoint = 0;
  let checkpointStep = 0;
  let heldOutStep = 0;
  let imagesPerSecond = 0;
  /** Time of training steps in all, ms. */
  let spent = 0;
  /** Beginning of the time that the next report is about, and what evaluations took of it. */
  let since = 0;
  let away = 0;
  let waitingSaid = false;
  /** Since the last report. */
  let sum = emptySum();

  /**
   * @typedef {object} Job
   * @property {any} run
   * @property {boolean} complete  over the whole test set
   * @property {number} step  of the weights that answer
   * @property {number} batch
   * @property {(report: any) => void} [resolve]  somebody waits
   * @property {(error: Error) => void} [reject]
   */
  /** @type {Job[]} */
  let jobs = [];

  const wake = () => {
    if (scheduled || underWay || !(training || jobs.length)) return;
    scheduled = true;
    later(slice);
  };

  const slice = () => {
    scheduled = false;
    const begin = now();
    const mine = generation;
    let trained = false;
    let last = begin;
    // Another piece of work begins only if it will probably end in time.
    const timeLeft = () => {
      const before = last;
      last = now();
      return mine === generation && 2 * last - before - begin <= kSliceMs;
    };
    const work = () => {
      while (training || jobs.length) {
        if (jobs.length) {
          stepEvaluation(jobs[0]);
        } else {
          const made = stepTraining();
          if (made instanceof Promise) {
            underWay = made.then((done) => {
              underWay = null;
              trained ||= done;
              if (done && timeLeft()) work();
              else afterSlice(begin, trained && mine === generation);
            });
            return;
          }
          if (!made) break;
          trained = true;
        }
        if (!timeLeft()) break;
      }
      afterSlice(begin, trained && mine === generation);
    };
    work();
  };

  /** @param {number} begin  of the slice @param {boolean} trained */
  const afterSlice = (begin, trained) => {
    if (trained) tell(begin);
    // A loop that waits for images is woken by their arrival.
    if (jobs.length || (training && !waitingSaid)) wake();
  };

  /** @returns {boolean | Promise<boolean>} whether a step was made */
  const stepTraining = () => {
    const begin = now();
    const failed = (/** @type {any} */ error) => {
      stop('failed', error?.message ?? String(error));
      return false;
    };
    try {
      const result = trainer().step();
      if (result instanceof Promise) return result.then((done) => takeStep(done, begin)).catch(failed);
      return takeStep(result, begin);
    } catch (error) {
      return failed(error);
    }
  };

  /** @param {any} result  of the trainer @param {number} begin  of the step @returns {boolean} whether one was made */
  const takeStep = (result, begin) => {
    if (result.state === 'diverged') {
      stop('diverged', result.message ?? '');
      return false;
    }
    if (result.state === 'waiting') {
      if (!waitingSaid) {
        report(now());
        answer();
        send('stopped', { reason: 'waiting', message: '', step });
      }
      waitingSaid = true;
      return false;
    }
    waitingSaid = false;
    const batch = images < 0 ? 0 : result.images - images;
    if (!sum.steps) {
      since = begin;
      away = 0;
    }
    step = result.step;
    images = result.images;
    spent += now() - begin;
    sum.steps++;
    sum.loss += result.loss;
    sum.accuracy += result.accuracy;
    sum.images += batch;
    sum.learningRate = result.learning_rate;
    if (result.epoch_end || step - heldOutStep >= kHeldOutEverySteps) beginHeldOut();
    return true;
  };

  const beginHeldOut = () => {
    heldOutStep = step;
    if (jobs.some((job) => !job.resolve)) return;
    const run = evaluation(kHeldOutImages);
    if (run) jobs.push({ run, complete: false, step, batch: 16 });
  };

  /** @param {Job} job */
  const stepEvaluation = (job) => {
    const begin = now();
    let result;
    try {
      result = job.run.step(job.batch);
    } catch (error) {
      finish(job);
      job.reject?.(/** @type {Error} */ (error));
      if (!job.reject) stop('failed', /** @type {any} */ (error)?.message ?? String(error));
      return;
    }
    const took = Math.max(now() - begin, 0.1);
    away += took;
    job.batch = Math.round(Math.min(kMaxEvaluationImages, Math.max(1, (job.batch * kEvaluationMs) / took)));
    const report = { ...result, step: job.step, complete: job.complete };
    if (result.done) {
      job.resolve?.({ ...report, ...job.run.answers() });
      finish(job);
      if (job.resolve) return;
      send('heldOut', { ...report, seconds: spent / 1000 });
      if (training && trainer().shouldStop(report.loss ?? Infinity)) stop('early', '');
    } else if (job.resolve && now() - lastReport >= kReportEveryMs) {
      lastReport = now();
      send('evaluation', report);
    }
  };

  /** @param {Job} job */
  const finish = (job) => {
    jobs = jobs.filter((other) => other !== job);
    job.run.destroy();
  };

  /** What is due after a slice with training steps. @param {number} begin  of the slice */
  const tell = (begin) => {
    const time = now();
    const untilAnswer = lastAnswer + answerEvery - time;
    if (untilAnswer <= 0) {
      answer();
      answerEvery = Math.min(kAnswerMostMs, Math.max(kAnswerLeastMs, (now() - time) / kAnswerShare));
      lastAnswer = time;
    }
    // A report waits for an answer that comes soon: the page draws both in one frame.
    const alone = untilAnswer >= kReportEveryMs && time - lastReport >= kReportEveryMs;
    if (alone || untilAnswer <= 0) report(time);
    const checkpointDue = time - lastCheckpoint >= kCheckpointEveryMs || step - checkpointStep >= kCheckpointEverySteps;
    // Not more often than twice a second however short the steps are.
    if (checkpointDue && begin - lastCheckpoint >= 500) {
      lastCheckpoint = time;
      checkpointStep = step;
      keep();
    }
  };

  const keep = () => send('checkpoint', { ...checkpoint(), step });

  /** @param {number} time */
  const report = (time) => {
    if (!sum.steps) return null;
    const speed = (1000 * sum.images) / Math.max(time - since - away, 0.1);
    imagesPerSecond = imagesPerSecond ? imagesPerSecond + 0.25 * (speed - imagesPerSecond) : speed;
    const data = {
      step,
      epoch: images / Math.max(1, trainTotal()),
      loss: sum.loss / sum.steps,
      accuracy: sum.accuracy / sum.steps,
      images,
      imagesPerSecond,
      learningRate: sum.learningRate,
      seconds: spent / 1000,
      waiting: false,
    };
    sum = emptySum();
    lastReport = time;
    send('report', data);
    return data;
  };

  /** @param {'diverged' | 'early' | 'failed'} reason @param {string} message */
  const stop = (reason, message) => {
    training = false;
    report(now());
    answer();
    send('stopped', { reason, message, step });
  };

  return {
    get step() {
      return step;
    },
    get training() {
      return training;
    },
    /** The end of a step that others have a part in. @returns {Promise<void> | null} null: there is none under way */
    get underWay() {
      return underWay;
    },
    /** Throws when there can be no trainer. */
    start() {
      trainer();
      training = true;
      waitingSaid = false;
      lastCheckpoint = now();
      checkpointStep = step;
      wake();
    },
    pause() {
      if (training) {
        training = false;
        report(now());
        answer();
        if (step > 0) keep();
      }
      return step;
    },
    /** One step, at once. */
    async once() {
      training = false;
      report(now());
      trainer();
      let data = null;
      if (await stepTraining()) {
        data = report(now());
        answer();
      }
      wake();
      const epoch = Math.max(0, images) / Math.max(1, trainTotal());
      const nothing = {
        step,
        epoch,
        loss: 0,
        accuracy: 0,
        images,
        imagesPerSecond,
        learningRate: 0,
        seconds: spent / 1000,
        waiting: waitingSaid,
      };
      return data ?? nothing;
    },
    /** @param {any} run  an evaluation that somebody waits for @param {{complete: boolean, step: number}} what */
    evaluate(run, { complete, step: of }) {
      return new Promise((resolve, reject) => {
        if (!run) return reject(new Error('No test images have arrived yet.'));
        jobs.unshift({ run, complete, step: of, batch: 16, resolve, reject });
        wake();
      });
    },
    /** Whoever waits for an evaluation hears that other weights are looked at. */
    dropEvaluations() {
      for (const job of jobs.filter((each) => each.reject)) {
        finish(job);
        job.reject?.(changed());
      }
    },
    /** Images have arrived. */
    arrived() {
      if (!training || !waitingSaid) return;
      waitingSaid = false;
      wake();
    },
    /** Another net, other data or fresh weights; or a restored trainer. @param {number} [atStep] */
    forget(atStep = 0) {
      generation++;
      training = false;
      waitingSaid = false;
      step = atStep;
      images = atStep ? -1 : 0;
      heldOutStep = atStep;
      checkpointStep = atStep;
      imagesPerSecond = 0;
      spent = 0;
      sum = emptySum();
      for (const job of jobs) {
        job.run.destroy();
        job.reject?.(changed());
      }
      jobs = [];
    },
  };
}

function changed() {
  return Object.assign(new Error('The net has changed.'), { code: 'changed' });
}

function emptySum() {
  return { steps: 0, loss: 0, accuracy: 0, images: 0, learningRate: 0 };
}
