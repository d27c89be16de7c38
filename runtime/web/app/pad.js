/** Drawing with a finger, a pen, a mouse or the keyboard. */

const WIDTH = 18; // of a stroke, in the pad's pixels
const STEP = 10; // of an arrow key

/** Strokes on a canvas; calls `changed` after each change. */
export class Pad {
  #strokes = []; // [[x, y], ...], in the canvas's pixels
  #pointer = null; // that draws
  #cursor = null; // of the keyboard: {x, y, down}

  /** @param {HTMLCanvasElement} canvas @param {() => void} changed */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
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
      this.#draw();
    });
    this.#draw();
  }

  get empty() {
    return this.#strokes.length === 0;
  }

  /** The pad's pixels, RGBA, black on white. */
  pixels() {
    this.#paint();
    const { width, height } = this.canvas;
    const pixels = this.context.getImageData(0, 0, width, height);
    this.#draw();
    return pixels;
  }

  undo() {
    this.#strokes.pop();
    this.#update();
  }

  clear() {
    this.#strokes = [];
    this.#cursor = null;
    this.#update();
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #begin(event) {
    if (this.#pointer !== null || event.button > 0) return;
    this.#pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.#strokes.push([this.#place(event)]);
    this.#update();
  }

  #go(event) {
    if (event.pointerId !== this.#pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) {
      this.#strokes.at(-1).push(this.#place(each));
    }
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
    const { width, height } = this.canvas;
    const cursor = (this.#cursor ??= { x: width / 2, y: height / 4, down: false });
    cursor.x = Math.min(Math.max(cursor.x + dx * STEP, WIDTH), width - WIDTH);
    cursor.y = Math.min(Math.max(cursor.y + dy * STEP, WIDTH), height - WIDTH);
    if (cursor.down) this.#strokes.at(-1).push([cursor.x, cursor.y]);
    this.#update();
  }

  #pen() {
    this.#move(0, 0); // puts the cursor there
    this.#cursor.down = !this.#cursor.down;
    if (this.#cursor.down) this.#strokes.push([[this.#cursor.x, this.#cursor.y]]);
    this.#update();
  }

  #update() {
    this.#draw();
    this.changed();
  }

  #draw() {
    this.#paint();
    if (!this.#cursor) return;
    const { x, y, down } = this.#cursor;
    this.context.lineWidth = 3;
    this.context.strokeStyle = down ? "#b4532a" : "#767676";
    this.context.beginPath();
    this.context.arc(x, y, WIDTH, 0, 2 * Math.PI);
    this.context.stroke();
  }

  #paint() {
    const { context, canvas } = this;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = WIDTH;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#000";
    for (const stroke of this.#strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      // Curves through the middles between points: no corners where a finger is quick.
      for (let i = 1; i < stroke.length; i++) {
        const [x, y] = stroke[i - 1];
        context.quadraticCurveTo(x, y, (x + stroke[i][0]) / 2, (y + stroke[i][1]) / 2);
      }
      context.lineTo(...stroke.at(-1));
      context.stroke();
    }
  }
}
