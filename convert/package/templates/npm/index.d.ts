// {{origin}}

/** An input or output. */
export interface Tensor {
  readonly name: string;
  readonly type: "int8" | "uint8" | "int16" | "int32" | "float32" | "bool";
  /** The sides, the batch of 1 first. */
  readonly shape: readonly number[];
  /** Elements. */
  readonly count: number;
  /** real = scale * (stored - zeroPoint); 0: what is stored is the number itself. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/** SHA-256 of the .tflite that the network was compiled from. */
export const sha256: string;

/** The inputs, in their order. */
export const inputs: readonly Tensor[];

/** The outputs, in their order. */
export const outputs: readonly Tensor[];
<!-- if labels -->

/** The classes. */
export const labels: readonly string[];
<!-- end -->

/** The module for this machine: with SIMD where it has that. Both give the same bytes. */
export function compile(): Promise<WebAssembly.Module>;

/**
 * A network with memory of its own. Give the same module to make several, or one that was sent to
 * a worker.
 */
export function load(module?: WebAssembly.Module | Promise<WebAssembly.Module>): Promise<Network>;

/**
 * The network with the memory that it runs in, {{memory}} bytes; `load` makes it. It gives the bytes
 * of {{equals}}.
 */
export class Network {
  private constructor();

  /**
   * An input in the network's own memory, to be filled without a copy. A run overwrites it: fill
   * all of them before each run without arguments.
   * @throws {RangeError} there is none of that number
   */
{{input_methods}}

  /**
   * An output in the network's own memory, valid after a run until an input is written.
   * @throws {RangeError} there is none of that number
   * @throws {Error} before the first run
   */
{{output_methods}}

  /**
   * Run the network on elements as it stores them.
   *
{{run_told}}
   * @returns a copy of the elements of {{whose}}
   * @throws {TypeError} another type of array, or number of arguments
   * @throws {RangeError} another length
   */
  run({{run_parameters}}): {{run_result}};

  /** Run the network on what lies in its inputs. */
  run(): {{run_result}};

  /**
   * Run the network on numbers: {{numbers}}.
   * @returns the real numbers of {{whose}}
   * @throws {TypeError} what is no array of numbers, or another number of arguments
   * @throws {RangeError} another length
   */
  predict({{predict_parameters}}): {{predict_result}};
<!-- if labels -->

  /**
   * The most likely class, the first of equals, for numbers: {{numbers}}.
   * @throws {TypeError} what is no array of numbers, or another number of arguments
   * @throws {RangeError} another length
   */
  classify({{predict_parameters}}): Answer;
<!-- end -->
<!-- if image -->

  /** The most likely class of a picture of any size. */
  classifyImage(picture: Picture): Answer;
<!-- end -->
<!-- if digits -->

  /** Every digit in a picture of any size, row by row and from left to right; [] for none. */
  readDigits(picture: Picture): Digit[];
<!-- end -->

  /** Begin a sequence: forget what is kept from one run to the next{{nothing_kept}}. */
  reset(): void;

  /** Check the tables and run the golden vectors; behind it nothing is kept. */
  selfTest(): boolean;
}
<!-- if labels -->

/** The class that a network found. */
export interface Answer {
  label: string;
  /** Of the label in `labels`. */
  index: number;
  /** How sure the network is of it, 0..1. */
  probability: number;
  /** Of each class. */
  probabilities: number[];
}
<!-- end -->
<!-- if image digits -->

/** A picture as an ImageData is: RGBA, row by row. */
export interface Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}
<!-- end -->
<!-- if digits -->

/** A digit, and its place in the picture in pixels. */
export interface Digit extends Answer {
  x: number;
  y: number;
  width: number;
  height: number;
  /** It may be two that touch. */
  isWide: boolean;
}
<!-- end -->
