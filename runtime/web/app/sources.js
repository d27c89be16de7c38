/** Where things come from: the pad, the camera, a picture, the sensors, a file. @module */

import { Collector } from "./collect.js";
import { $, make, memory, press } from "./dom.js";
import { Filming } from "./filming.js";
import { Pad } from "./pad.js";
import { fileIn, PictureError, pixelsOf, sent, show } from "./picture.js";
import { plot, rowsOf } from "./plot.js";
import { Sensing } from "./sensing.js";
import { text } from "./text.js";

const STORED = "strokes"; // what is drawn, over a reload

export class Sources {
  mode = "";
  #kind = null; // what is offered
  #about = null; // the network
  #reading = false;
  #again = false;

  /**
   * @param {{read: (thing: object, given?: Transferable[], how?: object) => Promise<void>,
   *   nothing: () => void, problem: (key?: string, ...details: any[]) => void,
   *   keep: (canvas: HTMLCanvasElement) => void}} page
   */
  constructor(page) {
    this.page = page;
    this.pad = new Pad($("pad"), () => this.#drawn());
    const told = { hint: (words) => this.#hint(words), problem: (key) => this.#trouble(key) };
    this.filming = new Filming({
      ...told, read: page.read, keep: page.keep, reads: () => this.mode === "camera",
    });
    this.sensing = new Sensing({ ...told, read: page.read });
    this.collector = new Collector({
      problem: page.problem,
      shot: () => this.filming.camera.shot(),
      record: () => this.sensing.record(this.#kind.modes.includes("motion")),
      changed: (kind) => void this.#collect(kind),
    });
    this.#listen();
  }

  /** Whether something is here that must not be taken away. */
  get busy() {
    return !this.pad.empty || this.mode === "camera" || this.mode === "collect" || this.mode === "motion";
  }

  /**
   * Offer what suits a network.
   * @param {import("./tasks.js").Kind} kind @param {import("./network.js").About} about
   * @param {number} rate rows a second  @param {boolean} same  whether the modes stay
   */
  async offer(kind, about, rate, same) {
    this.#kind = kind;
    this.#about = about;
    this.sensing.suit(about.contract.task, rate);
    this.filming.camera.square = kind.square;
    this.#frame();
    const motion = about.contract.task.kind === "tensor";
    const [first] = about.contract.outputs;
    await this.collector.offer(
      motion ? ["motion", "camera"] : ["camera", "motion"], first.kind === "classes" ? first.labels : []);
    if (same) return;
    $("modes").replaceChildren(...kind.modes.map((mode) => {
      const button = make("button", { type: "button", textContent: text[mode] });
      button.dataset.mode = mode;
      button.addEventListener("click", () => void this.select(mode));
      return button;
    }));
    this.mode = "";
    await this.select(await this.#first());
  }

  /** The camera where it is allowed already, else what asks for nothing. */
  async #first() {
    const [first] = this.#kind.modes;
    if (first !== "picture") return first;
    const allowed = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
    return allowed?.state === "granted" ? "camera" : first;
  }

  /** Change where things come from. @param {string} wanted */
  async select(wanted) {
    if (this.mode === wanted) return;
    this.mode = document.body.dataset.source = wanted;
    this.#still();
    for (const button of $("modes").children) press(button, button.dataset.mode === wanted);
    for (const tools of document.querySelectorAll("[data-for]")) tools.hidden = tools.dataset.for !== wanted;
    document.querySelector(".collected").hidden = wanted !== "collect";
    $("pad").hidden = wanted !== "draw";
    $("video").hidden = wanted !== "camera" && wanted !== "collect";
    $("shown").hidden = true;
    $("plot").hidden = wanted !== "motion" && wanted !== "table";
    this.#hint(wanted === "draw" && !this.pad.empty ? "" : text[`${wanted}Hint`]);
    this.page.nothing();
    this.page.problem();
    if (wanted === "draw") this.#drawn();
    if (wanted === "camera") await this.filming.start();
    if (wanted === "collect") await this.#collect(this.collector.kind);
  }

  /** Stop whatever runs. */
  #still() {
    this.filming.stop();
    this.sensing.stop();
  }

  /** Tell what is wrong with the camera or the sensors, to who still wants them. */
  #trouble(key) {
    if (this.mode === "camera" || this.mode === "motion" || this.mode === "collect") this.page.problem(key);
  }

  #hint(words) {
    $("hint").textContent = words;
    $("hint").hidden = !words;
  }

  /** The stage has the proportions of what the network looks at. */
  #frame() {
    const { kind, shape, fit } = this.#about.contract.task;
    const cut = kind === "image" && fit === "crop" && this.mode !== "collect";
    const { videoWidth, videoHeight } = $("video");
    const whole = kind === "image" || this.mode === "collect";
    let ratio = 1;
    if (cut) ratio = shape[1] / shape[0];
    else if (whole && videoWidth) ratio = videoWidth / videoHeight;
    if (kind === "tensor" && this.mode !== "collect") ratio = 1.6;
    document.querySelector(".stage").style.setProperty("--ratio", String(ratio));
  }

  // ---- drawing ----

  #drawn() {
    if (this.mode !== "draw") return;
    this.#hint(this.pad.empty ? text.drawHint : "");
    if (this.pad.empty) {
      this.page.nothing();
      return;
    }
    this.#again = true;
    if (!this.#reading) void this.#readPad();
  }

  /** Read what is drawn, and once more as long as more has been drawn meanwhile. */
  async #readPad() {
    this.#reading = true;
    while (this.#again && this.mode === "draw" && !this.pad.empty) {
      this.#again = false;
      const image = this.pad.pixels();
      await this.page.read(...sent(image), { width: image.width, height: image.height });
      await new Promise((done) => requestAnimationFrame(done));
    }
    this.#reading = false;
  }

  /** Read again what is there. */
  refresh() {
    this.#drawn();
  }

  /** Put strokes on the pad, as if they were drawn. @param {import("./pad.js").Stroke[]} strokes */
  drawThis(strokes) {
    void this.select("draw");
    this.pad.strokes = strokes.map(({ width, points }) => ({ width, points: [...points] }));
  }

  /** Keep the drawing over a reload. */
  store() {
    memory.set(STORED, this.pad.strokes, "sessionStorage");
  }

  /** Take up the drawing of before a reload. */
  restore() {
    const strokes = memory.get(STORED, "sessionStorage");
    memory.set(STORED, null, "sessionStorage");
    if (strokes?.length) this.pad.strokes = strokes;
  }

  // ---- pictures and files ----

  /** Open a picture, or a table for a network of numbers. @param {File} file */
  async open(file) {
    if (this.#about.contract.task.kind === "tensor") return this.#openTable(file);
    await this.#clearFor("picture");
    try {
      await show(file, $("shown"), this.#kind.longest);
      await this.#readShown();
      this.page.keep($("shown"));
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      this.page.problem(error.message);
    }
    return undefined;
  }

  /** Show and read a picture of before. @param {ImageBitmap} picture */
  async showPicture(picture) {
    await this.#clearFor("picture");
    Object.assign($("shown"), { width: picture.width, height: picture.height });
    $("shown").getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0);
    await this.#readShown();
  }

  async #clearFor(mode) {
    await this.select(mode);
    $("shown").hidden = true;
    this.#hint(text[`${mode}Hint`]);
    this.page.nothing();
    this.page.problem();
  }

  async #readShown() {
    const image = pixelsOf($("shown"));
    $("shown").hidden = false;
    this.#hint("");
    await this.page.read(...sent(image), { width: image.width, height: image.height });
  }

  async #openTable(file) {
    await this.#clearFor("table");
    const content = new Uint8Array(await file.arrayBuffer());
    await this.page.read({ content, name: file.name }, [content.buffer]);
  }

  /** Show the values of what was read. */
  tell({ found, chosen }) {
    if (this.mode !== "table") return;
    const { shape, columns } = this.#about.contract.task;
    const rows = rowsOf(found[chosen].values, shape);
    this.#hint("");
    plot($("plot"), rows, rows.length, columns);
  }

  // ---- collecting ----

  async #collect(kind) {
    this.#still();
    this.page.problem();
    $("video").hidden = kind !== "camera";
    $("plot").hidden = kind !== "motion";
    $("turn-collect").hidden = kind !== "camera";
    this.#hint(text.collectHint);
    if (kind === "camera") await this.filming.start();
  }

  // ---- the page's elements ----

  #listen() {
    $("undo").addEventListener("click", () => this.pad.undo());
    $("clear").addEventListener("click", () => this.pad.clear());
    $("thin").addEventListener("click", () => {
      this.pad.thin = !this.pad.thin;
      press($("thin"), this.pad.thin);
    });
    $("listen").addEventListener("click", () => {
      if ($("listen").getAttribute("aria-pressed") === "true") this.sensing.stop();
      else void this.sensing.hear();
    });
    for (const id of ["file", "table"]) {
      $(id).addEventListener("change", (event) => {
        const [file] = event.target.files;
        if (file) void this.open(file);
        event.target.value = ""; // the same file may be opened again
      });
    }
    document.addEventListener("paste", (event) => this.#take(event, event.clipboardData));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => this.#take(event, event.dataTransfer));
    $("video").addEventListener("loadedmetadata", () => this.#frame());
    document.addEventListener("visibilitychange", () => this.#seen());
  }

  #take(event, transfer) {
    const file = fileIn(transfer);
    if (!file || !this.#about) return;
    event.preventDefault();
    void this.open(file);
  }

  /** The camera rests while the page is hidden. */
  #seen() {
    const collects = this.mode === "collect" && this.collector.kind === "camera";
    this.filming.seen(this.mode === "camera" || collects);
  }
}
