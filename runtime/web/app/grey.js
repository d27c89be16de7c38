/**
 * From the pixels of a canvas to brightness: what runtime/image.py's `to_grey` gives for an RGBA
 * picture, Pillow's integer arithmetic (reduce, convert) included.
 * @module
 */

import { above, quantile, shown } from "./arrays.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** Pictures with a side below this many pixels cannot show a digit. */
export const SMALLEST = 4;

/** The longest side of the result is at most this many pixels, if nothing else is said. */
export const WORKING = 256;

/**
 * The brightness of a picture in 0..1, at most `working` pixels on a side.
 *
 * Transparent parts get the colour that the rest contrasts with.
 * @param {Uint8ClampedArray} rgba [height, width, 4], as ImageData has it: alpha not multiplied in
 * @param {number} width in pixels
 * @param {number} height in pixels
 * @param {number} working pixels
 * @returns {Grey}
 * @throws {RangeError} a side below 4 pixels, or `rgba` of another length
 */
export function toGrey(rgba, width, height, working = WORKING) {
  if (Math.min(width, height) < SMALLEST) {
    throw new RangeError(`a picture of ${width}x${height} pixels has nothing to read in it`);
  }
  if (rgba.length !== width * height * 4) {
    throw new RangeError(`${width}x${height} pixels are not ${rgba.length} bytes of RGBA`);
  }
  const factor = Math.ceil(Math.max(width, height) / working);
  const small = factor > 1 ? reduce(rgba, width, height, factor) : { rgba, width, height };
  const grey = new Float64Array(small.width * small.height);
  const alpha = new Float64Array(grey.length);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = luma(small.rgba, 4 * i) / 255;
    alpha[i] = small.rgba[4 * i + 3] / 255;
  }
  return { values: composite(grey, alpha), height: small.height, width: small.width };
}

/**
 * ITU-R 601-2 brightness of the pixel at `i`, 0..255: Pillow's convert("L").
 * @param {Uint8ClampedArray} rgba
 * @param {number} i
 * @returns {number}
 */
function luma(rgba, i) {
  return (rgba[i] * 19595 + rgba[i + 1] * 38470 + rgba[i + 2] * 7471 + 0x8000) >> 16;
}

/**
 * The means of squares of `factor` pixels: Pillow's reduce, by way of its mode RGBa. What is left
 * over at the right and at the bottom becomes smaller rectangles.
 * @param {Uint8ClampedArray} rgba [height, width, 4]
 * @param {number} width in pixels
 * @param {number} height in pixels
 * @param {number} factor
 * @returns {{rgba: Uint8ClampedArray, width: number, height: number}}
 */
function reduce(rgba, width, height, factor) {
  const columns = Math.ceil(width / factor);
  const rows = Math.ceil(height / factor);
  const result = new Uint8ClampedArray(columns * rows * 4);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const right = Math.min((x + 1) * factor, width);
      const bottom = Math.min((y + 1) * factor, height);
      const means = mean(rgba, width, [x * factor, y * factor, right, bottom]);
      result.set(divided(means), (y * columns + x) * 4);
    }
  }
  return { rgba: result, width: columns, height: rows };
}

/**
 * The mean colour of a rectangle with alpha multiplied in, 0..255.
 * @param {Uint8ClampedArray} rgba [height, width, 4]
 * @param {number} width of the picture, in pixels
 * @param {[number, number, number, number]} box left, top, right, bottom
 * @returns {[number, number, number, number]} red, green, blue, alpha
 */
function mean(rgba, width, [left, top, right, bottom]) {
  const count = (right - left) * (bottom - top);
  const half = Math.floor(count / 2);
  let [red, green, blue, opacity] = [half, half, half, half];
  for (let y = top; y < bottom; y++) {
    const end = (y * width + right) * 4;
    for (let i = (y * width + left) * 4; i < end; i += 4) {
      const alpha = rgba[i + 3];
      red += multiplied(rgba[i], alpha);
      green += multiplied(rgba[i + 1], alpha);
      blue += multiplied(rgba[i + 2], alpha);
      opacity += alpha;
    }
  }
  // Pillow multiplies by 2^24 / count, which it computes in float32 and truncates.
  const inverse = Math.floor(Math.fround(2 ** 32 / Math.fround(count * 256)));
  const over = (/** @type {number} */ sum) => Math.floor((sum * inverse) / 2 ** 24);
  return [over(red), over(green), over(blue), over(opacity)];
}

/**
 * `colour` * `alpha` / 255, rounded: Pillow's MULDIV255.
 * @param {number} colour 0..255
 * @param {number} alpha 0..255
 * @returns {number}
 */
function multiplied(colour, alpha) {
  const product = colour * alpha + 128;
  return ((product >> 8) + product) >> 8;
}

/**
 * A colour without the alpha in it; what a sum's rounding left above 255 becomes 255.
 * @param {[number, number, number, number]} colour
 * @returns {[number, number, number, number]}
 */
function divided([red, green, blue, alpha]) {
  if (alpha === 0 || alpha === 255) return [red, green, blue, alpha];
  const over = (/** @type {number} */ value) => Math.min(Math.floor((255 * value) / alpha), 255);
  return [over(red), over(green), over(blue), alpha];
}

/**
 * Put `grey` on one colour: its own paper, if it has one, else what contrasts with it.
 * @param {Float64Array} grey [n], 0..1
 * @param {Float64Array} alpha [n], 0..1
 * @returns {Float64Array} [n]
 */
function composite(grey, alpha) {
  if (alpha.every((value) => value === 1)) return grey; // to the last bit what follows gives
  const opaque = shown(grey, above(alpha, 0.5));
  if (!opaque.length) return new Float64Array(grey.length);
  const [dark, middle, light] = [0.05, 0.5, 0.95].map((share) => quantile(opaque, share));
  const ownPaper = light - dark > 0.3; // a card with a digit on it, not a digit of one colour
  const paper = ownPaper ? middle : Number(middle < 0.5);
  return grey.map((value, i) => value * alpha[i] + paper * (1 - alpha[i]));
}
