/** Drawing with a finger, a pen, a mouse or the keyboard. @module */

import { fine } from "./dom.js";

export const SIDE = 280; // of the pad, in its own units; pixels of what is read
const WIDTH = { thick: 18, thin: 7 }; // of a stroke
const STEP = 10; // of an arrow key

/**
 * Points of a line, and how wide it is, in the pad's units.
 * @typedef {{width: number, points: [number, number][]}} Stroke
 */

/**
 * Draw strokes, black, round, as curves through the middles between points: no corners where a
 * finger is quick.
 * @param {CanvasRenderingContext2D} context in the pad's units
 * @param {Stroke[]} strokes
 */
export function draw(context, strokes) {
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = "#000";
  for (const { width, points } of strokes) {
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...points[0]);
    for (let i = 1; i < points.length; i++) {
      const [x, y] = points[i - 1];
      context.quadraticCurveTo(x, y, (x + points[i][0]) / 2, (y + points[i][1]) / 2);
    }
    context.lineTo(...points.at(-1));
    context.stroke();
  }
}

/** Strokes on a canvas as fine as the screen; calls `changed` after each change. */
export class Pad {
  #strokes = []; // Stroke[]
  #pointer = null; // that draws
  #cursor = null; // of the keyboard: {x, y, down}
  #context = null;

  /** @param {HTMLCanvasElement} canvas @param {() => void} changed */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.thin = false;
    this.done = document.createElement("canvas"); // all strokes but the last
    this.small = document.createElement("canvas"); // what is read
    this.small.width = this.small.height = SIDE;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => {
        if (event.pointerId === this.#pointer) this.#pointer = null;
      });
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => {
      this.#cursor = null;
      this.#paint();
    });
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  get empty() {
    return this.#strokes.length === 0;
  }

  /** All that is drawn. @returns {Stroke[]} */
  get strokes() {
    return this.#strokes;
  }

  set strokes(strokes) {
    this.#strokes = strokes;
    this.#cursor = null;
    this.#update();
  }

  /** The pad's pixels, RGBA, black on white. @returns {ImageData} [280, 280] */
  pixels() {
    const context = this.small.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIDE, SIDE);
    draw(context, this.#strokes);
    return context.getImageData(0, 0, SIDE, SIDE);
  }

  undo() {
    this.strokes = this.#strokes.slice(0, -1);
  }

  clear() {
    this.strokes = [];
  }

  get #width() {
    return this.thin ? WIDTH.thin : WIDTH.thick;
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #begin(event) {
    if (this.#pointer !== null || event.button > 0) return;
    this.#pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.#strokes.push({ width: this.#width, points: [this.#place(event)] });
    this.#update();
  }

  #go(event) {
    if (event.pointerId !== this.#pointer) return;
    const { points } = this.#strokes.at(-1);
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) points.push(this.#place(each));
    this.#update();
  }

  #key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in moves) this.#move(...moves[event.key]);
    else if (event.key === " ") this.#pen();
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "Escape" || event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  #move(dx, dy) {
    const cursor = (this.#cursor ??= { x: SIDE / 2, y: SIDE / 4, down: false });
    const edge = WIDTH.thick;
    cursor.x = Math.min(Math.max(cursor.x + dx * STEP, edge), SIDE - edge);
    cursor.y = Math.min(Math.max(cursor.y + dy * STEP, edge), SIDE - edge);
    if (cursor.down) this.#strokes.at(-1).points.push([cursor.x, cursor.y]);
    this.#update();
  }

  #pen() {
    this.#move(0, 0); // puts the cursor there
    const cursor = this.#cursor;
    cursor.down = !cursor.down;
    if (cursor.down) this.#strokes.push({ width: this.#width, points: [[cursor.x, cursor.y]] });
    this.#update();
  }

  #update() {
    this.#paint();
    this.changed();
  }

  #resize() {
    if (!this.canvas.clientWidth) return; // it is hidden
    this.#context = fine(this.canvas).context;
    const scale = this.canvas.width / SIDE;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#paint();
  }

  /** The strokes before the last one, which change seldom, are drawn once and copied. */
  #before() {
    const strokes = this.#strokes.slice(0, -1);
    const { done, canvas } = this;
    const same = done.width === canvas.width && done.strokes?.length === strokes.length
      && strokes.every((one, i) => one === done.strokes[i]);
    if (same) return done;
    done.width = done.height = canvas.width;
    done.strokes = strokes;
    const context = done.getContext("2d");
    context.scale(canvas.width / SIDE, canvas.width / SIDE);
    draw(context, strokes);
    return done;
  }

  #paint() {
    const context = this.#context;
    if (!context) return;
    context.clearRect(0, 0, SIDE, SIDE);
    context.drawImage(this.#before(), 0, 0, SIDE, SIDE);
    draw(context, this.#strokes.slice(-1));
    if (!this.#cursor) return;
    const { x, y, down } = this.#cursor;
    context.lineWidth = 3;
    context.strokeStyle = down ? "#b4532a" : "#767676";
    context.beginPath();
    context.arc(x, y, WIDTH.thick, 0, 2 * Math.PI);
    context.stroke();
  }
}
