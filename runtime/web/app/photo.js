/**
 * From the pixels of a canvas to those of a network for pictures: runtime/tasks/photo.py in
 * JavaScript, the same bytes of the same RGBA pixels.
 * @module
 */

import { resample, round } from "./arrays.js";

/**
 * A picture of 8-bit pixels.
 * @typedef {object} Pixels
 * @property {Uint8Array} values [height, width, channels], row by row
 * @property {number} height in pixels
 * @property {number} width in pixels
 * @property {number} channels 1 or 3
 */

/**
 * A task of the kind "image", as contract.json has it.
 * @typedef {object} Task
 * @property {[number, number, number]} shape height, width, channels of the network's input
 * @property {"crop" | "letterbox" | "stretch"} fit how a picture of other proportions fits
 */

/** The value of the bars of a letterbox. */
const BAR = 0;

/**
 * A picture as the network's task keeps it.
 * @param {{data: Uint8ClampedArray, width: number, height: number}} picture an ImageData
 * @param {Task} task
 * @returns {Uint8Array} [height, width, channels] of the task
 * @throws {RangeError} no pixel, or `data` of another length
 */
export function photo({ data, width, height }, { shape, fit }) {
  if (Math.min(width, height) < 1 || data.length !== width * height * 4) {
    throw new RangeError(`${width}x${height} pixels are not ${data.length} bytes of RGBA`);
  }
  const rgb = opaque(data);
  const channels = shape[2];
  const values = channels === 1 ? grey(rgb) : rgb;
  return fitted({ values, height, width, channels }, shape[0], shape[1], fit);
}

/**
 * RGBA on white, as RGB.
 * @param {Uint8ClampedArray} rgba [n, 4], alpha not multiplied in
 * @returns {Uint8Array} [n, 3]
 */
export function opaque(rgba) {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3];
    const white = 255 * (255 - alpha) + 127;
    for (let c = 0; c < 3; c++) rgb[o++] = Math.floor((rgba[i + c] * alpha + white) / 255);
  }
  return rgb;
}

/**
 * ITU-R 601-2 brightness, in integers.
 * @param {Uint8Array} rgb [n, 3]
 * @returns {Uint8Array} [n]
 */
export function grey(rgb) {
  const result = new Uint8Array(rgb.length / 3);
  for (let i = 0, o = 0; i < rgb.length; i += 3) {
    result[o++] = (rgb[i] * 19595 + rgb[i + 1] * 38470 + rgb[i + 2] * 7471 + 0x8000) >> 16;
  }
  return result;
}

/**
 * A picture at another size: halved while it stays twice as large or more, then each pixel the mean
 * of what it covers by a triangle, rounded half to even.
 * @param {Pixels} pixels
 * @param {number} height in pixels
 * @param {number} width in pixels
 * @param {"crop" | "letterbox" | "stretch"} fit
 * @returns {Uint8Array} [height, width, channels]
 */
export function fitted(pixels, height, width, fit) {
  const source = fit === "crop" ? middle(pixels, height, width) : pixels;
  const [rows, columns] = fit === "letterbox" ? inner(source, height, width) : [height, width];
  const near = halved(source, rows, columns);
  const { channels } = near;
  const result = new Uint8Array(height * width * channels).fill(BAR);
  const top = Math.floor((height - rows) / 2);
  const left = Math.floor((width - columns) / 2);
  for (let c = 0; c < channels; c++) {
    const { values } = resample(plane(near, c), rows, columns);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const place = ((top + y) * width + left + x) * channels + c;
        result[place] = round(values[y * columns + x]);
      }
    }
  }
  return result;
}

/**
 * One channel in float64.
 * @param {Pixels} pixels
 * @param {number} channel
 * @returns {import("./arrays.js").Grey}
 */
function plane({ values, height, width, channels }, channel) {
  const result = new Float64Array(height * width);
  for (let i = 0, from = channel; i < result.length; i++, from += channels) result[i] = values[from];
  return { values: result, height, width };
}

/**
 * The largest middle part of the proportions height to width, whole pixels.
 * @param {Pixels} pixels
 * @param {number} height
 * @param {number} width
 * @returns {Pixels}
 */
function middle(pixels, height, width) {
  const high = Math.min(pixels.height, Math.max(1, Math.floor((pixels.width * height) / width)));
  const wide = Math.min(pixels.width, Math.max(1, Math.floor((pixels.height * width) / height)));
  const top = Math.floor((pixels.height - high) / 2);
  const left = Math.floor((pixels.width - wide) / 2);
  const { channels } = pixels;
  const values = new Uint8Array(high * wide * channels);
  for (let y = 0; y < high; y++) {
    const from = ((top + y) * pixels.width + left) * channels;
    values.set(pixels.values.subarray(from, from + wide * channels), y * wide * channels);
  }
  return { values, height: high, width: wide, channels };
}

/**
 * The largest size of the proportions of a picture within height and width.
 * @param {Pixels} pixels
 * @param {number} height
 * @param {number} width
 * @returns {[number, number]} height, width
 */
function inner(pixels, height, width) {
  const [rows, columns] = [pixels.height, pixels.width];
  const high = Math.floor((2 * rows * width + columns) / (2 * columns));
  const wide = Math.floor((2 * columns * height + rows) / (2 * rows));
  return [Math.min(height, Math.max(1, high)), Math.min(width, Math.max(1, wide))];
}

/**
 * Means of 2x2 while both sides stay twice the goal or more; an odd last row or column is left out.
 * @param {Pixels} pixels
 * @param {number} rows the goal
 * @param {number} columns the goal
 * @returns {Pixels}
 */
function halved(pixels, rows, columns) {
  let { values, height, width } = pixels;
  const { channels } = pixels;
  while (height >= 4 * rows && width >= 4 * columns) {
    const below = width * channels; // from a value to the one in the next row
    const [high, wide] = [height >> 1, width >> 1];
    const means = new Uint8Array(high * wide * channels);
    for (let y = 0, o = 0; y < high; y++) {
      for (let x = 0; x < wide; x++) {
        const at = (2 * y * width + 2 * x) * channels;
        for (let i = at; i < at + channels; i++) {
          const upper = values[i] + values[i + channels];
          means[o++] = (upper + values[i + below] + values[i + below + channels] + 2) >> 2;
        }
      }
    }
    [values, height, width] = [means, high, wide];
  }
  return { values, height, width, channels };
}
