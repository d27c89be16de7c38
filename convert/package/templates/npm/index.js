/**
 * {{title}}
 *
 * {{origin}}
 * @module
 */

<!-- if image -->
import { photo } from "./app/photo.js";
<!-- end -->
<!-- if digits -->
import { digits } from "./app/read.js";
<!-- end -->
import { simd } from "./app/simd.js";

const TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  bool: Uint8Array,
};
const CHUNK = 256; // numbers that cross the border at a time

/** SHA-256 of the .tflite that the network was compiled from. */
export const sha256 = "{{sha256}}";

/** The inputs, in their order. */
export const inputs = Object.freeze([
{{input_rows}}
]);

/** The outputs, in their order. */
export const outputs = Object.freeze([
{{output_rows}}
]);
<!-- if labels -->

/** The classes. */
export const labels = Object.freeze({{label_list}});
<!-- end -->
<!-- if image -->

const TASK = {{task}};
<!-- end -->

/** The module for this machine: with SIMD where it has that. Both give the same bytes. */
export async function compile() {
  const url = simd ? new URL("./simd.wasm", import.meta.url) : new URL("./plain.wasm", import.meta.url);
  if (url.protocol === "file:" && globalThis.process?.getBuiltinModule) {
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`${url}: ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** A network with memory of its own. */
export async function load(module = compile()) {
  return new Network(await WebAssembly.instantiate(await module));
}

/** The network with the memory that it runs in; `load` makes it. */
export class Network {
  #exports;
  #numbers;
  #ran = false;

  constructor({ exports }) {
    this.#exports = exports;
    this.#numbers = new Float32Array(exports.memory.buffer, exports.numbers(), CHUNK);
    exports.open();
  }

  /** An input in the network's memory: fill all of them before each run without arguments. */
  input(number = 0) {
    return this.#view(tensor(inputs, number, "input"), this.#exports.input(number));
  }

  /** An output in the network's memory, valid after a run until an input is written. */
  output(number = 0) {
    const about = tensor(outputs, number, "output");
    if (!this.#ran) throw new Error("there are no outputs before the first run");
    return this.#view(about, this.#exports.output(number));
  }

  /** Run on elements as the network stores them; without any, on what lies in its inputs. */
  run(...given) {
    if (given.length) {
      requireInputs(given);
      given.forEach((array, number) => requireElements(inputs[number], array));
      given.forEach((array, number) => this.input(number).set(array));
    }
    this.#run();
    return one(outputs.map((_, number) => this.output(number).slice()));
  }

  /** Run on numbers; gives real numbers. */
  predict(...given) {
    requireInputs(given);
    given.forEach((values, number) => requireNumbers(inputs[number], values));
    given.forEach((values, number) => this.#put(number, values));
    this.#run();
    return one(outputs.map((about, number) => this.#get(number, about.count)));
  }
<!-- if labels -->

  /** The most likely class, the first of equals. */
  classify(...given) {
<!-- end -->
<!-- if single_labels -->
    const scores = this.predict(...given);
<!-- end -->
<!-- if several_labels -->
    const [scores] = this.predict(...given);
<!-- end -->
<!-- if logits clipped -->
    const best = scores.indexOf(Math.max(...scores));
<!-- end -->
<!-- if logits -->
    const probabilities = softmax(scores);
<!-- end -->
<!-- if clipped -->
    const probabilities = Array.from(scores, (score) => Math.min(Math.max(score, 0), 1));
<!-- end -->
<!-- if binary -->
    const best = Number(scores[0] > 0.5);
    const second = Math.min(Math.max(scores[0], 0), 1);
    const probabilities = [1 - second, second];
<!-- end -->
<!-- if labels -->
    return { label: labels[best], index: best, probability: probabilities[best], probabilities };
  }
<!-- end -->
<!-- if image -->

  /** The most likely class of a picture of any size: an ImageData. */
  classifyImage(picture) {
    return this.classify(photo(picture, TASK));
  }
<!-- end -->
<!-- if digits -->

  /** Every digit in a picture of any size, an ImageData, row by row; each with its place in it. */
  readDigits(picture) {
    return digits(picture).map(({ pixels, ...place }) => ({ ...this.classify(pixels), ...place }));
  }
<!-- end -->

  /** Begin a sequence: forget what is kept from one run to the next{{nothing_kept}}. */
  reset() {
    this.#exports.reset();
  }

  /** Check the tables and run the golden vectors; behind it nothing is kept. */
  selfTest() {
    this.#ran = false;
    return this.#exports.selfTest() === 0;
  }

  #run() {
    this.#exports.run();
    this.#ran = true;
  }

  #view({ type, count }, at) {
    return new TYPES[type](this.#exports.memory.buffer, at, count);
  }

  #put(number, values) {
    for (let first = 0; first < values.length; first += CHUNK) {
      const count = Math.min(CHUNK, values.length - first);
      for (let i = 0; i < count; i++) this.#numbers[i] = values[first + i];
      this.#exports.put(number, first, count);
    }
  }

  #get(number, length) {
    const values = new Float32Array(length);
    for (let first = 0; first < length; first += CHUNK) {
      const count = Math.min(CHUNK, length - first);
      this.#exports.get(number, first, count);
      values.set(this.#numbers.subarray(0, count), first);
    }
    return values;
  }
}

function tensor(all, number, kind) {
  if (!all[number]) throw new RangeError(`there is no ${kind} ${number}`);
  return all[number];
}

function one(found) {
  return found.length === 1 ? found[0] : found;
}

function requireInputs(given) {
  if (given.length !== inputs.length) {
    throw new TypeError(`the network takes ${inputs.length} input(s), not ${given.length}`);
  }
}

function requireElements({ name, type, shape, count }, array) {
  const fits = array instanceof TYPES[type]
    || (type === "uint8" && array instanceof Uint8ClampedArray);
  const article = type.startsWith("i") ? "an" : "a";
  if (!fits) throw new TypeError(`${name} takes ${article} ${TYPES[type].name} of ${type} [${shape}]`);
  requireCount({ name, shape, count }, array);
}

function requireNumbers({ name, shape, count }, values) {
  const wanted = `${name} takes ${count} numbers, [${shape}]`;
  if (typeof values !== "object" || typeof values?.length !== "number") {
    throw new TypeError(`${wanted}, in an array, not ${values === null ? "null" : typeof values}`);
  }
  requireCount({ name, shape, count }, values);
  const looked = ArrayBuffer.isView(values) ? 1 : count; // a typed array's are all of one type
  for (let i = 0; i < looked; i++) {
    if (typeof values[i] !== "number") {
      throw new TypeError(`${wanted}; that at ${i} is none, but ${typeof values[i]}`);
    }
  }
}

function requireCount({ name, shape, count }, values) {
  if (values.length !== count) {
    throw new RangeError(`${name} takes ${count} numbers, [${shape}], not ${values.length}`);
  }
}
<!-- if logits -->

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
<!-- end -->
