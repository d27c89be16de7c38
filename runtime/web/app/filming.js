/** The camera on the page: frames that are read, one that is held, and what else it can do. @module */

import { Camera } from "./camera.js";
import { $, press } from "./dom.js";
import { PictureError, pixelsOf, sent } from "./picture.js";
import { Smoother } from "./smooth.js";

export class Filming {
  #smoother = new Smoother();

  /**
   * @param {{read: (thing: object, given: Transferable[], how: object) => Promise<void>,
   *   hint: (words: string) => void, problem: (key: string) => void, reads: () => boolean,
   *   keep: (canvas: HTMLCanvasElement) => void}} page
   *   `reads`: whether frames are to be read now
   */
  constructor(page) {
    this.page = page;
    this.camera = new Camera($("video"), (canvas) => this.#look(canvas));
    $("freeze").addEventListener("click", () => this.#hold(!this.camera.held));
    $("keep").addEventListener("click", () => page.keep(this.camera.canvas));
    for (const id of ["turn", "turn-collect"]) $(id).addEventListener("click", () => void this.#turn());
    $("torch").addEventListener("click", () => {
      const on = $("torch").getAttribute("aria-pressed") !== "true";
      press($("torch"), on);
      void this.camera.light(on);
    });
    $("zoom").addEventListener("input", () => void this.camera.zoom(Number($("zoom").value)));
  }

  async start() {
    await this.#trying(() => this.camera.start());
    if (this.camera.running) this.page.hint("");
  }

  /** Rest, with no frame held. */
  stop() {
    this.camera.stop();
    this.camera.held = false;
    this.#smoother.reset();
    for (const id of ["freeze", "torch"]) press($(id), false);
  }

  /** Rest while the page is hidden. @param {boolean} films  whether it runs when the page is seen */
  seen(films) {
    if (document.hidden) this.camera.stop();
    else if (films && !this.camera.held) void this.start();
  }

  async #look(canvas) {
    if (!this.page.reads()) return;
    const image = pixelsOf(canvas);
    const calm = (result) => this.#smoother.next(result);
    await this.page.read(...sent(image), { width: image.width, height: image.height, calm });
  }

  /** Show the very frame that was read last, with its boxes, or go on. @param {boolean} held */
  #hold(held) {
    this.camera.held = held;
    press($("freeze"), held);
    $("shown").hidden = !held;
    if (!held) {
      if (!this.camera.running) void this.start(); // the page was hidden meanwhile
      return;
    }
    const { canvas } = this.camera;
    Object.assign($("shown"), { width: canvas.width, height: canvas.height });
    $("shown").getContext("2d").drawImage(canvas, 0, 0);
  }

  async #turn() {
    this.#smoother.reset();
    press($("torch"), false);
    await this.#trying(() => this.camera.turn());
  }

  /** Start the camera, tell what is wrong, and offer what this one can do. */
  async #trying(start) {
    try {
      await start();
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      this.page.problem(error.message);
      return;
    }
    const { torch, zoom } = this.camera.abilities;
    $("torch").hidden = !torch;
    $("zoom-label").hidden = !zoom || zoom.max <= zoom.min;
    if (zoom) Object.assign($("zoom"), { min: zoom.min, max: zoom.max, value: zoom.min });
  }
}
