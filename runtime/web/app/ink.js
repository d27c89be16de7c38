/**
 * From any greyscale picture of a digit to the 28x28 form of MNIST: runtime/ink.py in JavaScript,
 * function by function, with the same bytes as the result. The reasons are told there.
 * @module
 */

import {
  above,
  clip,
  components,
  largest,
  quantile,
  resample,
  round,
  shown,
  total,
  transpose,
} from "./arrays.js";
import { flatten } from "./paper.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** Side of the result, in pixels. */
export const SIDE = 28;

/** Longest side of the digit in the result, in pixels. */
const BOX = 20;

/** Strokes thinner than this are thickened; in pixels of the result. */
const THIN = 1.4;

/** How wide they become; in pixels of the result. */
const WIDTH = 2.2;

/** The weakest contrast that is read as ink: 1 - ink brightness / paper brightness. */
const FAINTEST = 0.05;

/** Noise below this is but the rounding of float64: the picture was drawn, not photographed. */
const CLEAN = 1e-6;

/**
 * A picture as MNIST would have it.
 * @param {Grey} grey brightness in 0..1, as `toGrey` gives it
 * @returns {Uint8Array | null} [28, 28], 0 is paper and 255 is ink; null when there is no ink
 */
export function normalize(grey) {
  const { ink, noise } = flatten(grey);
  const mask = trace(ink, noise);
  return mask && form(ink, mask);
}

/**
 * The part of `ink` that `mask` shows, as MNIST would have it.
 * @param {Grey} ink
 * @param {Uint8Array} mask [height, width], 0 or 1, not all 0
 * @returns {Uint8Array} [28, 28], 0 is paper and 255 is ink
 */
export function form(ink, mask) {
  const digit = thicken(crop(ink, mask));
  const scale = BOX / Math.max(digit.height, digit.width);
  const [height, width] = [digit.height, digit.width].map((side) =>
    Math.max(1, round(side * scale)),
  );
  const small = resample(digit, height, width);
  const most = largest(small.values);
  const scaled = { ...small, values: small.values.map((value) => value / most) };
  return Uint8Array.from(centre(scaled), (value) => round(value * 255));
}

/**
 * Which pixels are ink; null when nothing rises above the noise.
 * @param {Grey} ink
 * @param {number} noise
 * @returns {Uint8Array | null} [height, width], 0 or 1
 */
export function trace(ink, noise) {
  const threshold = rise(ink, noise);
  if (threshold === null) return null;
  const { names, count, mass } = measure(ink, threshold);
  const surroundings = framing(names, count, ink.height, ink.width);
  const inner = mass.filter((_, name) => !surroundings[name]);
  if (largest(inner) >= 0.02 * largest(mass)) {
    surroundings.forEach((is, name) => {
      if (is) mass[name] = 0;
    });
  }
  const least = 0.1 * largest(mass);
  const keep = mass.map((ink, name) => Number(name > 0 && ink >= least));
  return Uint8Array.from(names).map((_, i) => keep[names[i]]);
}

/**
 * The components of what is darker than `threshold`, and how much ink each holds.
 * @param {Grey} ink
 * @param {number} threshold
 * @returns {{names: Int32Array, count: number, mass: Float64Array}} names [height, width], mass
 *   [count + 1], 0 for what is outside
 */
export function measure({ values, height, width }, threshold) {
  const { names, count } = components(above(values, threshold), height, width);
  const mass = new Float64Array(count + 1);
  for (let i = 0; i < names.length; i++) mass[names[i]] += values[i];
  mass[0] = 0;
  return { names, count, mass };
}

/**
 * The contrast from which on `ink` is ink; null when it is all paper.
 * @param {Grey} ink
 * @param {number} noise
 * @returns {number | null}
 */
export function rise({ values }, noise) {
  const peak = values.length > 5000 ? quantile(values, 0.999) : largest(values);
  if (peak < Math.max(FAINTEST, 5 * noise)) return null;
  return Math.max(0.02, 4 * noise, noise > CLEAN ? 0.3 * peak : 0);
}

/**
 * Which components are a page's edge, a table or a dark corner, not ink.
 * @param {Int32Array} names [height, width]
 * @param {number} count
 * @param {number} height in pixels
 * @param {number} width in pixels
 * @returns {Uint8Array} [count + 1], 0 or 1
 */
export function framing(names, count, height, width) {
  const result = new Uint8Array(count + 1);
  const column = (/** @type {number} */ x) =>
    Int32Array.from({ length: height }, (_, y) => names[y * width + x]);
  const rows = [names.subarray(0, width), names.subarray((height - 1) * width)];
  for (const side of [...rows, column(0), column(width - 1)]) {
    const held = new Int32Array(count + 1);
    for (const name of side) held[name]++;
    held.forEach((pixels, name) => {
      if (pixels / side.length > 0.8) result[name] = 1;
    });
    result[side[0]] = result[side[side.length - 1]] = 1;
  }
  result[0] = 0;
  return result;
}

/**
 * The bounding box of `mask`, with ink from 0 to 1 and nothing else in it.
 * @param {Grey} ink
 * @param {Uint8Array} mask [height, width], 0 or 1, not all 0
 * @returns {Grey}
 */
function crop({ values, height, width }, mask) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  mask.forEach((is, i) => {
    if (!is) return;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
  });
  const level = quantile(shown(values, mask), 0.9);
  const result = new Float64Array((bottom - top) * (right - left));
  for (let y = top, i = 0; y < bottom; y++) {
    for (let x = left; x < right; x++, i++) {
      const place = y * width + x;
      if (mask[place]) result[i] = clip(values[place] / level);
    }
  }
  return { values: result, height: bottom - top, width: right - left };
}

/**
 * Widen the strokes of `ink` when they would be thinner than `THIN`.
 * @param {Grey} ink
 * @returns {Grey}
 */
function thicken(ink) {
  const longest = Math.max(ink.height, ink.width);
  const outline = Math.max((edges(ink) * Math.PI) / 4, 1);
  const width = ((2 * total(ink.values)) / outline) * (BOX / longest);
  if (width >= THIN) return ink;
  const fine = 4; // work on a grid of a quarter pixel of the result
  const radius = round(((WIDTH - width) * fine) / 2);
  const zoom = (BOX * fine - 2 * radius) / longest;
  const sides = [ink.height, ink.width].map((side) => Math.max(1, round(side * zoom)));
  return spread(pad(resample(ink, sides[0], sides[1]), radius), radius);
}

/**
 * How many sides of pixels lie between ink and paper.
 * @param {Grey} ink
 * @returns {number}
 */
function edges(ink) {
  const { values, height, width } = pad(ink, 1);
  let count = 0;
  for (let i = 0; i < (height - 1) * width - 1; i++) {
    const dark = values[i] > 0.5;
    count += Number(dark !== values[i + 1] > 0.5) + Number(dark !== values[i + width] > 0.5);
  }
  return count;
}

/**
 * `ink` with a margin of paper.
 * @param {Grey} ink
 * @param {number} margin in pixels
 * @returns {Grey}
 */
function pad({ values, height, width }, margin) {
  const wide = width + 2 * margin;
  const result = new Float64Array((height + 2 * margin) * wide);
  for (let y = 0; y < height; y++) {
    result.set(values.subarray(y * width, (y + 1) * width), (y + margin) * wide + margin);
  }
  return { values: result, height: height + 2 * margin, width: wide };
}

/**
 * Grey dilation of `ink` by a disc of `radius` pixels.
 * @param {Grey} ink
 * @param {number} radius in pixels
 * @returns {Grey}
 */
function spread(ink, radius) {
  const padded = pad(ink, radius);
  const result = new Float64Array(ink.values.length);
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (dy * dy + dx * dx > radius * radius) continue;
      for (let i = 0; i < result.length; i++) {
        const [y, x] = [Math.floor(i / ink.width), i % ink.width];
        const value = padded.values[(radius + dy + y) * padded.width + radius + dx + x];
        if (value > result[i]) result[i] = value;
      }
    }
  }
  return { ...ink, values: result };
}

/**
 * Place `ink` in 28x28 with its centre of mass on pixel (14, 14).
 * @param {Grey} ink [<= 20, <= 20]
 * @returns {Float64Array} [28, 28]
 */
function centre(ink) {
  const mass = total(ink.values);
  const [y, x] = [ink, transpose(ink)].map((lines) => {
    const along = new Float64Array(lines.height);
    for (let i = 0; i < lines.height; i++) {
      along[i] = total(lines.values.subarray(i * lines.width, (i + 1) * lines.width));
    }
    const middle = total(along.map((value, i) => value * (i + 0.5))) / mass;
    return Math.min(Math.max(SIDE / 2 - Math.floor(middle), 0), SIDE - along.length);
  });
  const result = new Float64Array(SIDE * SIDE);
  for (let row = 0; row < ink.height; row++) {
    const line = ink.values.subarray(row * ink.width, (row + 1) * ink.width);
    result.set(line, (y + row) * SIDE + x);
  }
  return result;
}
