/**
 * From any greyscale picture of a digit to the 28x28 form of MNIST: runtime/ink.py in JavaScript,
 * function by function, with the same bytes as the result. The reasons are told there.
 * @module
 */

import {
  components,
  largest,
  quantile,
  resample,
  round,
  slideMax,
  slideMean,
  total,
  transpose,
} from "./arrays.js";

export { toGrey } from "./grey.js";

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

/** Third moments are believed from here on; as a share of the absolute third moment. */
const MARKED = 0.6;

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
  const shown = { ...small, values: small.values.map((value) => value / most) };
  return Uint8Array.from(centre(shown), (value) => round(value * 255));
}

/**
 * Ink's contrast, 0 on paper and up to 1, and the paper's noise (one sigma).
 * @param {Grey} grey brightness in 0..1
 * @returns {{ink: Grey, noise: number}}
 */
export function flatten(grey) {
  if (isLightOnDark(grey)) grey = { ...grey, values: grey.values.map((value) => 1 - value) };
  const longest = Math.max(grey.height, grey.width);
  const against = (/** @type {Grey} */ paper) =>
    grey.values.map((value, i) => 1 - value / Math.max(paper.values[i], 1e-3));
  let paper = close(grey, Math.max(2, Math.floor(longest / 5)));
  let blank = new Uint8Array(grey.values.length);
  for (let pass = 0; pass < 2; pass++) {
    const contrast = against(paper);
    // Both quantiles are of paper, even if half of the picture is ink.
    const low = quantile(contrast, 0.05);
    const quarter = quantile(contrast, 0.25);
    const limit = quarter + (3.7 * (quarter - low)) / 0.97 + 0.02;
    blank = Uint8Array.from(contrast, (value) => Number(value <= limit));
    paper = average(grey, blank, Math.max(1, Math.floor(longest / 12)));
  }
  const contrast = against(paper);
  const rest = contrast.filter((_, i) => blank[i]).map(Math.abs);
  const noise = 1.4826 * quantile(rest, 0.5);
  return { ink: { ...grey, values: contrast.map(clip) }, noise };
}

/**
 * @param {number} value
 * @returns {number} within 0..1
 */
function clip(value) {
  return Math.min(Math.max(value, 0), 1);
}

/**
 * Whether ink is lighter than paper.
 * @param {Grey} grey
 * @returns {boolean}
 */
function isLightOnDark(grey) {
  const { values, height, width } = grey;
  const everywhere = new Uint8Array(values.length).fill(1);
  const blurred = average(grey, everywhere, Math.max(2, Math.floor(Math.max(height, width) / 8)));
  const detail = values.map((value, i) => value - blurred.values[i]);
  const middle = quantile(detail, 0.5);
  const cubes = detail.map((value) => (value - middle) * (value - middle) * (value - middle));
  const skew = total(cubes) / Math.max(total(cubes.map(Math.abs)), 1e-12);
  if (Math.abs(skew) > MARKED || Math.min(height, width) < 3) return skew > 0;
  const rows = Array.from({ length: height }, (_, y) => values.subarray(y * width, (y + 1) * width));
  const inner = rows.slice(1, -1);
  const sides = [rows[0], rows[height - 1], inner.map((row) => row[0]), inner.map((row) => row[width - 1])];
  const frame = Float64Array.from(sides.flatMap((side) => [...side]));
  const inside = Float64Array.from(inner.flatMap((row) => [...row.subarray(1, -1)]));
  return total(frame) / frame.length < total(inside) / inside.length;
}

/**
 * Grey closing by a square of 2 * radius + 1: dark things narrower than it become paper.
 * @param {Grey} grey
 * @param {number} radius in pixels
 * @returns {Grey}
 */
function close(grey, radius) {
  const negative = (/** @type {Grey} */ picture) => ({
    ...picture,
    values: picture.values.map((value) => -value),
  });
  // What slides goes down the columns; turned twice, the picture stands as before.
  const wide = transpose(slideMax(transpose(slideMax(grey, radius)), radius));
  return negative(transpose(slideMax(transpose(slideMax(negative(wide), radius)), radius)));
}

/**
 * The mean of the pixels in `among` near each pixel: two box blurs of 2 * radius + 1.
 * @param {Grey} grey
 * @param {Uint8Array} among [height, width], 0 or 1
 * @param {number} radius in pixels
 * @returns {Grey}
 */
function average(grey, among, radius) {
  let weight = { ...grey, values: Float64Array.from(among) };
  let light = { ...grey, values: grey.values.map((value, i) => value * among[i]) };
  const fallback = total(light.values) / Math.max(total(weight.values), 1);
  for (let turn = 0; turn < 4; turn++) {
    weight = transpose(slideMean(weight, radius));
    light = transpose(slideMean(light, radius));
  }
  const mean = light.values.map((value, i) => (value + 1e-6 * fallback) / (weight.values[i] + 1e-6));
  return { ...grey, values: mean };
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
  return Uint8Array.from(names, (name) => Number(name > 0 && mass[name] >= least));
}

/**
 * The components of what is darker than `threshold`, and how much ink each holds.
 * @param {Grey} ink
 * @param {number} threshold
 * @returns {{names: Int32Array, count: number, mass: Float64Array}} names [height, width], mass
 *   [count + 1], 0 for what is outside
 */
export function measure({ values, height, width }, threshold) {
  const mask = Uint8Array.from(values, (value) => Number(value > threshold));
  const { names, count } = components(mask, height, width);
  const mass = new Float64Array(count + 1);
  names.forEach((name, i) => (mass[name] += values[i]));
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
  return Math.max(0.02, 4 * noise, noise ? 0.3 * peak : 0);
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
  const column = (/** @type {number} */ x) => names.filter((_, i) => i % width === x);
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
  const level = quantile(values.filter((_, i) => mask[i]), 0.9);
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
  const width = ((2 * total(ink.values)) / Math.max((edges(ink) * Math.PI) / 4, 1)) * (BOX / longest);
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
