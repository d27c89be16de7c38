/**
 * What is paper and what is ink, whatever the light: runtime/paper.py in JavaScript.
 * @module
 */

import { above, clip, quantile, shown, slideMax, slideMean, total, transpose } from "./arrays.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** Pictures whose longer side is below this many pixels show a digit and nothing else. */
const SCENE = 64;

/** Third moments are believed from here on; as a share of the absolute third moment. */
const MARKED = 0.6;

/** The same for what is narrow, which is hardly ever anything but ink. */
const MARKED_DETAIL = 0.2;

/**
 * Whether a picture is large enough to show more than a digit.
 * @param {{height: number, width: number}} picture
 * @returns {boolean}
 */
export function isScene({ height, width }) {
  return Math.max(height, width) >= SCENE;
}

/**
 * Ink's contrast, 0 on paper and up to 1, and the paper's noise (one sigma).
 * @param {Grey} grey brightness in 0..1, ink darker than paper
 * @param {number} radius what is narrower than twice this many pixels is ink
 * @returns {{ink: Grey, noise: number}}
 */
export function flatten(grey, radius) {
  let paper = close(grey, radius, isScene(grey));
  if (isScene(grey)) {
    const light = paper.values;
    grey = { ...grey, values: grey.values.map((value, i) => value / Math.max(light[i], 1e-3)) };
    paper = { ...grey, values: new Float64Array(light.length).fill(1) };
  }
  const against = (/** @type {Grey} */ paper) =>
    grey.values.map((value, i) => 1 - value / Math.max(paper.values[i], 1e-3));
  let blank = new Uint8Array(grey.values.length);
  for (let pass = 0; pass < 2; pass++) {
    const contrast = against(paper);
    // Both quantiles are of paper, even if half of the picture is ink.
    const low = quantile(contrast, 0.05);
    const quarter = quantile(contrast, 0.25);
    const limit = quarter + (3.7 * (quarter - low)) / 0.97 + 0.02;
    blank = above(contrast, limit).map((dark) => 1 - dark);
    paper = average(grey, blank, Math.max(1, Math.floor(Math.max(grey.height, grey.width) / 12)));
  }
  const contrast = against(paper);
  const noise = 1.4826 * quantile(shown(contrast, blank).map(Math.abs), 0.5);
  return { ink: { ...grey, values: contrast.map(clip) }, noise };
}

/**
 * Whether ink is lighter than paper.
 * @param {Grey} grey
 * @returns {boolean}
 */
export function isLightOnDark(grey) {
  const { values, height, width } = grey;
  const longest = Math.max(height, width);
  const everywhere = new Uint8Array(values.length).fill(1);
  const blurred = average(grey, everywhere, Math.max(2, Math.floor(longest / 8)));
  let skew = lean(values.map((value, i) => value - blurred.values[i]));
  if (Math.abs(skew) > MARKED || Math.min(height, width) < 3) return skew > 0;
  if (isScene(grey)) {
    skew = lean(narrow(grey, Math.max(2, Math.floor(longest / 14))));
    if (Math.abs(skew) > MARKED_DETAIL) return skew > 0;
  }
  const row = (/** @type {number} */ y) => [...values.subarray(y * width, (y + 1) * width)];
  const inner = Array.from({ length: height - 2 }, (_, y) => row(y + 1));
  const sides = [0, width - 1].flatMap((x) => inner.map((line) => line[x]));
  const frame = Float64Array.from([...row(0), ...row(height - 1), ...sides]);
  const inside = Float64Array.from(inner.flatMap((line) => line.slice(1, -1)));
  return total(frame) / frame.length < total(inside) / inside.length;
}

/**
 * What is narrower than twice the `radius`, dark below 0 and light above.
 * @param {Grey} grey
 * @param {number} radius in pixels
 * @returns {Float64Array} [height, width]
 */
function narrow(grey, radius) {
  const noDark = close(grey, radius, true);
  const noLight = negative(close(negative(grey), radius, true));
  const one = close(noLight, radius, true).values;
  const other = close(negative(noDark), radius, true).values;
  return grey.values.map((value, i) => value - (one[i] - other[i]) / 2);
}

/**
 * The third moment about the median, as a share of the absolute one: -1..1.
 * @param {Float64Array} detail
 * @returns {number}
 */
function lean(detail) {
  const middle = quantile(detail, 0.5);
  const cubes = detail.map((value) => (value - middle) * (value - middle) * (value - middle));
  return total(cubes) / Math.max(total(cubes.map(Math.abs)), 1e-12);
}

/**
 * @param {Grey} picture
 * @returns {Grey} the same with the sign of its values changed
 */
function negative(picture) {
  const values = new Float64Array(picture.values.length);
  for (let i = 0; i < values.length; i++) values[i] = -picture.values[i];
  return { ...picture, values };
}

/**
 * Grey closing by a square of 2 * radius + 1: dark things narrower than it become paper.
 * @param {Grey} grey
 * @param {number} radius in pixels
 * @param {boolean} beyond whether the picture goes on beyond its border as it ends there
 * @returns {Grey}
 */
export function close(grey, radius, beyond) {
  const whole = beyond ? extend(grey, radius) : grey;
  // What slides goes down the columns; turned twice, the picture stands as before.
  const wide = transpose(slideMax(transpose(slideMax(whole, radius)), radius));
  const closed = transpose(slideMax(transpose(slideMax(negative(wide), radius)), radius));
  if (!beyond) return negative(closed);
  const values = new Float64Array(grey.values.length);
  for (let y = 0, i = 0; y < grey.height; y++) {
    for (let x = 0; x < grey.width; x++, i++) {
      values[i] = -closed.values[(y + radius) * closed.width + x + radius];
    }
  }
  return { ...grey, values };
}

/**
 * The picture with its border repeated `margin` times around it.
 * @param {Grey} picture
 * @param {number} margin in pixels
 * @returns {Grey}
 */
function extend({ values, height, width }, margin) {
  const wide = width + 2 * margin;
  const high = height + 2 * margin;
  const result = new Float64Array(high * wide);
  for (let y = 0; y < high; y++) {
    const row = Math.min(Math.max(y - margin, 0), height - 1) * width;
    const line = result.subarray(y * wide, (y + 1) * wide);
    line.fill(values[row], 0, margin);
    line.set(values.subarray(row, row + width), margin);
    line.fill(values[row + width - 1], margin + width);
  }
  return { values: result, height: high, width: wide };
}

/**
 * The mean of the pixels in `among` near each pixel: two box blurs of 2 * radius + 1.
 * @param {Grey} grey
 * @param {Uint8Array} among [height, width], 0 or 1
 * @param {number} radius in pixels
 * @returns {Grey}
 */
export function average(grey, among, radius) {
  let weight = { ...grey, values: Float64Array.from(among) };
  let light = { ...grey, values: grey.values.map((value, i) => value * among[i]) };
  const fallback = total(light.values) / Math.max(total(weight.values), 1);
  for (let turn = 0; turn < 4; turn++) {
    weight = transpose(slideMean(weight, radius));
    light = transpose(slideMean(light, radius));
  }
  const mean = (/** @type {number} */ value, /** @type {number} */ i) =>
    (value + 1e-6 * fallback) / (weight.values[i] + 1e-6);
  return { ...grey, values: light.values.map(mean) };
}
