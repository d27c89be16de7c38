/** The camera: one picture after the other, each when the one before has been read. @module */

import { PictureError } from "./picture.js";

const PAUSE = 60; // milliseconds between two looks, at least

/** Pixels of a side of the square that is looked at, where it is one. */
const SIDE = 256;

export class Camera {
  #stream = null;
  #running = 0; // rises with each start and stop

  /**
   * @param {HTMLVideoElement} video
   * @param {(canvas: HTMLCanvasElement) => Promise<void>} look  is given what it sees
   */
  constructor(video, look) {
    this.video = video;
    this.look = look;
    this.held = false;
    this.facing = "environment";
    this.square = true; // whether the middle is looked at alone, at 256x256 pixels
    this.canvas = document.createElement("canvas"); // the frame that was read last
  }

  /** @throws {PictureError} when there is no camera, or it is not allowed */
  async start() {
    if (!navigator.mediaDevices) throw new PictureError("insecure");
    const run = ++this.#running;
    const video = { facingMode: this.facing, width: { ideal: 640 }, height: { ideal: 640 } };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video });
    } catch (error) {
      throw new PictureError(error.name === "NotAllowedError" ? "denied" : "noCamera");
    }
    if (run !== this.#running) { // left while the browser asked
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.#stream = stream;
    this.video.srcObject = stream;
    await this.video.play().catch(() => {}); // stopped meanwhile
    void this.#watch(run);
  }

  stop() {
    this.#running++;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
  }

  get running() {
    return this.#stream !== null;
  }

  /** What this camera can do beside seeing: a light, a zoom. @returns {MediaTrackCapabilities} */
  get abilities() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  /** @param {boolean} on */
  async light(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  /** @param {number} zoom */
  async zoom(zoom) {
    await this.#track?.applyConstraints({ advanced: [{ zoom }] });
  }

  /** The other one of front and back. */
  async turn() {
    this.facing = this.facing === "environment" ? "user" : "environment";
    this.stop();
    await this.start();
  }

  /** A picture of now, at its own size, as JPEG. @returns {Promise<Blob | null>} */
  async shot() {
    if (!this.video.videoWidth) return null;
    const canvas = document.createElement("canvas");
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #watch(run) {
    while (run === this.#running) {
      const start = performance.now();
      if (!this.held && this.video.videoWidth) {
        this.#take();
        await this.look(this.canvas);
      }
      await new Promise((done) => setTimeout(done, Math.max(4, PAUSE - performance.now() + start)));
    }
  }

  /** Put the frame of now onto the canvas. */
  #take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const shorter = Math.min(width, height);
    const [wide, high] = this.square ? [shorter, shorter] : [width, height];
    const [across, down] = this.square ? [SIDE, SIDE] : [width, height];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    const corner = [(width - wide) / 2, (height - high) / 2];
    context.drawImage(this.video, ...corner, wide, high, 0, 0, across, down);
  }
}
