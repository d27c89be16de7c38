/**
 * What each kind of task makes of a thing of the world, for the worker: examples as the task keeps
 * them, with their places. Each is a function of the thing and the task, as contract.json has it.
 * @module
 */

import { photo } from "./photo.js";
import { digits } from "./read.js";
import { examples } from "./table.js";

/**
 * One example that was found.
 * @typedef {{values: Uint8Array | Float32Array, x?: number, y?: number, width?: number,
 *   height?: number, isWide?: boolean}} Found
 */

/** @type {Record<string, (thing: any, task: any) => Found[]>} */
export const KINDS = {
  /** Every character in a picture. */
  digits: (picture) => digits(picture).map(({ pixels, ...rest }) => ({ values: pixels, ...rest })),
  /** The whole picture. */
  image: (picture, task) => [{ values: photo(picture, task) }],
  /** A window as it is, or all examples of a file. */
  tensor: ({ values, content, name }, task) => (values
    ? [{ values }] : examples(content, name, task).map((one) => ({ values: one }))),
};
