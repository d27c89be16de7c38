/** The camera: a square out of the middle of what it sees, several times a second. */

import { PictureError } from "./picture.js";

const SIDE = 256; // pixels of the square
const PAUSE = 120; // milliseconds between two looks

export class Camera {
  #stream = null;
  #timer = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {(pixels: ImageData) => void} look  is given what it sees
   */
  constructor(video, look) {
    this.video = video;
    this.look = look;
    this.held = false;
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = SIDE;
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  /** @throws {PictureError} when there is no camera, or it is not allowed */
  async start() {
    if (!navigator.mediaDevices) throw new PictureError("insecure");
    const wanted = { video: { facingMode: "environment", width: 640, height: 640 } };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia(wanted);
    } catch (error) {
      throw new PictureError(error.name === "NotAllowedError" ? "denied" : "noCamera");
    }
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#next();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    this.video.srcObject = null;
  }

  /** Stand still, or go on. @param {boolean} held */
  hold(held) {
    this.held = held;
    if (!this.#stream) return;
    if (held) this.video.pause();
    else void this.video.play();
  }

  #next() {
    if (!this.#stream) return;
    if (!this.held && this.video.videoWidth) this.#see();
    this.#timer = setTimeout(() => this.#next(), PAUSE);
  }

  #see() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const side = Math.min(width, height);
    const corner = [(width - side) / 2, (height - side) / 2];
    this.context.drawImage(this.video, ...corner, side, side, 0, 0, SIDE, SIDE);
    this.look(this.context.getImageData(0, 0, SIDE, SIDE));
  }
}
