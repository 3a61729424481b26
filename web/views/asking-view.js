// A view that shows the engine's answer to a question: asked again whenever what it is about changes, or the prediction.

import { signal } from '@preact/signals-core';
import { View } from './view.js';
import { createQuestion } from '../widgets/question.js';

/** @template A */
export class AskingView extends View {
  answer = signal(/** @type {A | null} */ (null));
  #question = createQuestion({
    ask: () => this.ask(),
    take: (answer) => this.take(answer),
    training: () => this.app.store.status.peek() === 'training',
  });

  /** @abstract @returns {Promise<A>} */
  ask() {
    throw new Error('A view that asks says what.');
  }

  /** @param {A} answer */
  take(answer) {
    this.answer.value = answer;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      this.app.store.prediction.value;
      this.#question.want();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#question.forget();
  }

  /** @param {Map<string, unknown>} changed  properties; all but `app` are what the question is about */
  willUpdate(changed) {
    if ([...changed.keys()].some((name) => name !== 'app')) this.#question.want();
  }
}
