/**
 * A network: WebAssembly that was compiled from the generated C. Used by the page's worker, and by
 * whoever wants one; it needs no document.
 * @module
 */

import { answer } from "./meaning.js";
import { quantized, real } from "./scaling.js";
import { simd } from "./simd.js";

/**
 * @typedef {{name: string, dtype: string, shape: number[], scale: number, zero_point: number}}
 *   Tensor  real = scale * (stored - zero_point); a scale of 0: numbers as they are
 * @typedef {{file: string, integrity: string, bytes: number}} File
 * @typedef {{task: object, outputs: import("./meaning.js").Meaning[]}} Contract as contract.json
 * @typedef {{name: string, sha256: string, accuracy: number | null, contract: Contract,
 *   apart: boolean, inputs: Tensor[], outputs: Tensor[], maps: Tensor[], state: number,
 *   match: string, simd: File, plain: File}} About  an entry of models.json; `apart`: whether each
 *   example stands by itself; maps are [height, width, channels]
 * @typedef {Int8Array | Uint8Array | Int16Array | Float32Array} Codes in a tensor's own type
 * @typedef {{codes: Codes[], answers: import("./meaning.js").Answer[]}} Reading of each output
 */

const TYPES = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array,
};

/** Milliseconds: browsers make clocks coarse, so that pages learn less of each other. */
const SHORT = 4;

/** How many numbers a shape holds. @param {number[]} shape */
const size = (shape) => shape.reduce((a, b) => a * b, 1);

/** How many bytes a tensor takes. @param {Tensor} tensor */
const bytes = ({ shape, dtype }) => size(shape) * TYPES[dtype].BYTES_PER_ELEMENT;

export class Network {
  #table = null; // the code of each value of each channel, where a value is a byte

  /** @param {About} about @param {WebAssembly.Instance} instance */
  constructor(about, instance) {
    this.about = about;
    this.exports = instance.exports;
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

  /**
   * The outputs for one example, in their own types.
   * @param {ArrayLike<number>} values as the task keeps them
   * @returns {Codes[]}
   */
  outputs(values) {
    const { input, run, output, reset } = this.exports;
    this.#at(input(0), this.about.inputs[0]).set(this.#fed(values));
    if (this.about.apart) reset(); // what one example left is not for the next
    run();
    return this.about.outputs.map((tensor, i) => this.#at(output(i), tensor).slice());
  }

  /**
   * What the network says of one example.
   * @param {ArrayLike<number>} values as the task keeps them
   * @returns {Reading}
   */
  read(values) {
    const codes = this.outputs(values);
    const { contract, outputs } = this.about;
    const odd = contract.outputs.some(({ kind }) => kind === "reconstruction");
    const given = odd ? real(values, contract.task.scaling) : new Float32Array(0);
    const answers = contract.outputs.map(
      (meaning, i) => answer(meaning, dequantized(codes[i], outputs[i]), given));
    return { codes, answers };
  }

  /**
   * What the blocks make of one example.
   * @param {ArrayLike<number>} values as the task keeps them
   * @param {number[]} wanted which of `about.maps`
   * @returns {Codes[]} [height, width, channels]
   */
  maps(values, wanted = this.about.maps.map((_, i) => i)) {
    const { watch, maps } = this.exports;
    watch(1);
    this.outputs(values);
    watch(0);
    const places = [maps()];
    for (const tensor of this.about.maps) places.push(places.at(-1) + bytes(tensor));
    return wanted.map((number) => this.#at(places[number], this.about.maps[number]).slice());
  }

  /** Milliseconds of an inference: the least mean of five batches that a clock can tell of. */
  time() {
    const { run } = this.exports;
    let runs = 1;
    while (runs < 4096 && timed(run, runs) * runs < SHORT) runs *= 2;
    let least = Infinity;
    for (let batch = 0; batch < 5; batch++) least = Math.min(least, timed(run, runs));
    return least;
  }

  #at(place, { shape, dtype }) {
    return new TYPES[dtype](this.exports.memory.buffer, place, size(shape));
  }

  /** Values of the task as the input takes them. */
  #fed(values) {
    const { scaling } = this.about.contract.task;
    const { scale, zero_point, dtype } = this.about.inputs[0];
    const coded = (numbers) => (scale
      ? quantized(numbers, { scale, zero_point, type: dtype }) : numbers);
    if (!(values instanceof Uint8Array)) return coded(real(values, scaling));
    const channels = scaling.mean.length;
    this.#table ??= coded(
      real(Uint8Array.from({ length: 256 * channels }, (_, i) => i / channels), scaling));
    const result = new TYPES[dtype](values.length);
    for (let i = 0, c = 0; i < result.length; i++) {
      result[i] = this.#table[values[i] * channels + c];
      if (++c === channels) c = 0;
    }
    return result;
  }
}

/** Codes as real numbers, float32. @param {Codes} codes @param {Tensor} tensor */
function dequantized(codes, { scale, zero_point }) {
  if (!scale) return Float32Array.from(codes);
  const step = Math.fround(scale);
  return Float32Array.from(codes, (code) => (code - zero_point) * step);
}

function timed(run, runs) {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return (performance.now() - start) / runs;
}
