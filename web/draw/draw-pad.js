// The pad: pointer, pen, finger or keyboard make strokes in pad units. Its canvas only shows them; it is never read.

import './draw-pad.css';
import { View, computed, html } from '../views/view.js';
import { kPadUnits, samples } from './samples.js';
import { drawPicture, drawStrokes } from './ink.js';

/** Steps of the keyboard pen, in pad units. */
const kStep = 8;
const kFineStep = 2;
/** Points nearer than this to the last one add nothing. */
const kNearest = 1.5;

export class DrawPad extends View {
  /** @type {number | null} the pointer that draws */
  #pointer = null;
  /** @type {number[][][]} */
  #strokes = [];
  #pen = { x: kPadUnits / 2, y: kPadUnits / 2, down: false, shown: false };
  #painting = false;
  /** Known apart from the strokes themselves, which are others at each move of the pen. */
  #empty = computed(() => !this.app.store.strokes.value?.length && !this.app.store.testImage.value);
  #untouched = computed(() => samples.includes(this.app.store.strokes.value ?? []) && !this.app.store.testImage.value);
  /** @type {ResizeObserver | undefined} */
  #sizes;

  connectedCallback() {
    super.connectedCallback();
    this.watch(() => {
      const { strokes, testImage } = this.app.store;
      strokes.value;
      testImage.value;
      this.#repaint();
    });
    this.#sizes = new ResizeObserver(() => this.#repaint());
    this.#sizes.observe(this);
    const themes = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => this.#repaint();
    themes.addEventListener('change', changed);
    this.watch(() => {
      this.app.store.theme.value;
      changed();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
  }

  render() {
    const { actions, t } = this.app;
    return html`
      <div class="pad-frame">
        <canvas
          id="draw-pad"
          tabindex="0"
          role="application"
          aria-label=${t('pad.label')}
          aria-describedby="draw-keys"
          title=${t('pad.tip')}
          @pointerdown=${this.#down}
          @pointermove=${this.#move}
          @pointerup=${this.#up}
          @pointercancel=${this.#up}
          @keydown=${this.#key}
          @focus=${() => this.#showPen(true)}
          @blur=${() => this.#showPen(false)}
        ></canvas>
        <p class="pad-hint" ?hidden=${!this.#untouched.value} aria-hidden="true">${t('pad.hint')}</p>
        <p id="draw-keys" class="visually-hidden">${t('pad.keys')}</p>
        <p
          class="visually-hidden"
          role="status"
        >
          ${this.#pen.shown ? t(this.#pen.down ? 'pad.penDown' : 'pad.penUp') : ''}
        </p>
      </div>
      <div class="pad-buttons">
        <button
          id="draw-undo"
          ?disabled=${!actions.canUndo.value}
          title=${t('pad.undoTip')}
          @click=${() => actions.undo()}
        >
          ${t('pad.undo')}
        </button>
        <button
          id="draw-clear"
          ?disabled=${this.#empty.value}
          title=${t('pad.clearTip')}
          @click=${() => actions.clear()}
        >
          ${t('pad.clear')}
        </button>
        <button
          id="draw-example"
          title=${t('pad.exampleTip')}
          @click=${() => actions.example()}
        >
          ${t('pad.example')}
        </button>
      </div>
    `;
  }

  updated() {
    this.#repaint();
  }

  get #canvas() {
    return /** @type {HTMLCanvasElement | null} */ (this.querySelector('#draw-pad'));
  }

  /** What a new stroke is added to: a sample or a picture makes room. */
  #base() {
    const { strokes, testImage } = this.app.store;
    const now = strokes.peek() ?? [];
    return testImage.peek() || samples.includes(now) ? [] : now;
  }

  /** @param {PointerEvent[]} events */
  #points(events) {
    const box = /** @type {HTMLCanvasElement} */ (this.#canvas).getBoundingClientRect();
    return events.map(({ clientX, clientY }) =>
      [(clientX - box.left) / box.width, (clientY - box.top) / box.height].map((part) =>
        Math.round(kPadUnits * Math.min(1, Math.max(0, part))),
      ),
    );
  }

  #down = (/** @type {PointerEvent} */ event) => {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    const canvas = /** @type {HTMLCanvasElement} */ (this.#canvas);
    canvas.focus({ preventScroll: true });
    try {
      canvas.setPointerCapture(event.pointerId);
    } catch {
      // A pointer made by a script cannot be captured; strokes work all the same inside the pad.
    }
    this.#pointer = event.pointerId;
    this.#pen.down = false;
    this.#pen.shown = false;
    this.#strokes = [...this.#base(), this.#points([event])];
    this.app.actions.draw(this.#strokes, { begin: true });
  };

  #move = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.#add(this.#points(events.length ? events : [event]));
  };

  #up = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== this.#pointer) return;
    if (event.type === 'pointerup') this.#add(this.#points([event]));
    this.#pointer = null;
  };

  /** @param {number[][]} points */
  #add(points) {
    const stroke = [...this.#strokes[this.#strokes.length - 1]];
    const before = stroke.length;
    for (const point of points) {
      const last = stroke[stroke.length - 1];
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= kNearest) stroke.push(point);
    }
    if (stroke.length === before) return;
    this.#strokes = [...this.#strokes.slice(0, -1), stroke];
    this.app.actions.draw(this.#strokes);
  }

  /** @param {boolean} shown */
  #showPen(shown) {
    const byKeyboard = shown && Boolean(this.#canvas?.matches(':focus-visible')) && this.#pointer === null;
    this.#pen.shown = byKeyboard;
    if (!shown) this.#pen.down = false;
    this.requestUpdate();
  }

  #key = (/** @type {KeyboardEvent} */ event) => {
    const { actions } = this.app;
    const control = event.ctrlKey || event.metaKey;
    /** @type {Record<string, number[]>} */
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in arrows && !control && !event.altKey) {
      const [dx, dy] = arrows[event.key];
      const step = event.shiftKey ? kFineStep : kStep;
      const pen = this.#pen;
      pen.x = Math.min(kPadUnits, Math.max(0, pen.x + dx * step));
      pen.y = Math.min(kPadUnits, Math.max(0, pen.y + dy * step));
      pen.shown = true;
      if (pen.down) this.#add([[pen.x, pen.y]]);
      this.#repaint();
    } else if (event.key === ' ') {
      this.#pen.down = !this.#pen.down;
      this.#pen.shown = true;
      if (this.#pen.down) {
        this.#strokes = [...this.#base(), [[this.#pen.x, this.#pen.y]]];
        actions.draw(this.#strokes, { begin: true });
      }
    } else if (event.key === 'Escape' && this.#pen.down) this.#pen.down = false;
    else if (event.key === 'Backspace' || (control && event.key.toLowerCase() === 'z')) actions.undo();
    else if (event.key === 'Delete') actions.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.requestUpdate();
  };

  #repaint() {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#paint();
    });
  }

  #paint() {
    const canvas = this.#canvas;
    if (!canvas?.isConnected || !canvas.clientWidth) return;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const style = getComputedStyle(canvas);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colour('--pad');
    context.fillRect(0, 0, side, side);
    const { store } = this.app;
    const image = store.testImage.peek();
    if (image) {
      const [h, w] = store.manifest.peek()?.shape ?? [28, 28];
      drawPicture(context, image.pixels, h, w, side, colour('--pad-ink'));
    } else {
      context.strokeStyle = colour('--grid');
      context.lineWidth = devicePixelRatio;
      context.beginPath();
      for (const part of [0.25, 0.5, 0.75]) {
        const at = Math.round(part * side) + 0.5;
        context.moveTo(at, 0);
        context.lineTo(at, side);
        context.moveTo(0, at);
        context.lineTo(side, at);
      }
      context.stroke();
      context.setTransform(side / kPadUnits, 0, 0, side / kPadUnits, 0, 0);
      drawStrokes(context, store.strokes.peek() ?? [], colour('--pad-ink'));
      if (this.#pen.shown) this.#paintPen(context, colour('--accent'));
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {string} colour */
  #paintPen(context, colour) {
    const { x, y, down } = this.#pen;
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    if (down) context.fill();
    context.moveTo(x - 16, y);
    context.lineTo(x + 16, y);
    context.moveTo(x, y - 16);
    context.lineTo(x, y + 16);
    context.stroke();
  }
}

customElements.define('cnn-draw-pad', DrawPad);
