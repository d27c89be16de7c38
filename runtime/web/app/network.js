/** The int8 network: WebAssembly that was compiled from the generated C. */

import { simd } from "./simd.js";

/**
 * @typedef {{name: string, dtype: string, shape: number[], scale: number, zero_point: number}}
 *   Tensor  real = scale * (stored - zero_point); a scale of 0: numbers as they are
 * @typedef {{file: string, integrity: string, bytes: number}} File
 * @typedef {{name: string, sha256: string, labels: string[], simd: File, plain: File,
 *   inputs: Tensor[], outputs: Tensor[], maps: Tensor[], state: number, match: string}} About  an
 *   entry of models.json; maps are [height, width, channels]
 * @typedef {{outputs: Int8Array, probabilities: number[], best: number,
 *   maps: Int8Array[]}} Reading  maps are [height, width, channels]
 */

export class Network {
  /** @param {About} about @param {WebAssembly.Instance} instance */
  constructor(about, instance) {
    const { memory, input, output, run, watch, maps } = instance.exports;
    this.about = about;
    this.memory = memory;
    this.run = run;
    this.watch = watch;
    this.input = new Int8Array(memory.buffer, input(0), 28 * 28);
    this.output = new Int8Array(memory.buffer, output(0), about.labels.length);
    this.mapsAt = maps();
  }

  /**
   * Fetch a network. The browser itself refuses a file that is not the one that was published.
   * @param {About} about
   * @throws {TypeError} when it cannot be fetched, or is another
   */
  static async load(about) {
    const { file, integrity } = about[simd ? "simd" : "plain"];
    const response = await fetch(file, { integrity });
    if (!response.ok) throw new TypeError(`${file}: ${response.status}`);
    const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
    return new Network(about, instance);
  }

  /** The outputs, int8, for 28x28 pixels, 0 paper to 255 ink. @param {Uint8Array} pixels */
  outputs(pixels) {
    for (let i = 0; i < pixels.length; i++) this.input[i] = pixels[i] - 128;
    this.run();
    return this.output;
  }

  /** @param {Uint8Array} pixels @returns {Reading} */
  read(pixels) {
    this.watch(1);
    const outputs = this.outputs(pixels).slice();
    this.watch(0);
    const { scale, zero_point } = this.about.outputs[0];
    const probabilities = softmax(Array.from(outputs, (q) => scale * (q - zero_point)));
    const best = outputs.indexOf(Math.max(...outputs));
    return { outputs, probabilities, best, maps: this.#maps() };
  }

  #maps() {
    let at = this.mapsAt;
    return this.about.maps.map(({ shape }) => {
      const size = shape.reduce((a, b) => a * b);
      at += size;
      return new Int8Array(this.memory.buffer, at - size, size).slice();
    });
  }

  /** Milliseconds of an inference: the least mean of five batches. */
  time(runs = 40) {
    let least = Infinity;
    for (let batch = 0; batch < 5; batch++) {
      const start = performance.now();
      for (let i = 0; i < runs; i++) this.run();
      least = Math.min(least, (performance.now() - start) / runs);
    }
    return least;
  }
}

/** @param {number[]} scores */
function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
