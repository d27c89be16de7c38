/**
 * What is paper and what is ink, whatever the light: the first step of runtime/ink.py.
 * @module
 */

import { above, clip, quantile, shown, slideMax, slideMean, total, transpose } from "./arrays.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** Third moments are believed from here on; as a share of the absolute third moment. */
const MARKED = 0.6;

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
    blank = above(contrast, limit).map((dark) => 1 - dark);
    paper = average(grey, blank, Math.max(1, Math.floor(longest / 12)));
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
function isLightOnDark(grey) {
  const { values, height, width } = grey;
  const everywhere = new Uint8Array(values.length).fill(1);
  const blurred = average(grey, everywhere, Math.max(2, Math.floor(Math.max(height, width) / 8)));
  const detail = values.map((value, i) => value - blurred.values[i]);
  const middle = quantile(detail, 0.5);
  const cubes = detail.map((value) => (value - middle) * (value - middle) * (value - middle));
  const skew = total(cubes) / Math.max(total(cubes.map(Math.abs)), 1e-12);
  if (Math.abs(skew) > MARKED || Math.min(height, width) < 3) return skew > 0;
  const row = (/** @type {number} */ y) => [...values.subarray(y * width, (y + 1) * width)];
  const inner = Array.from({ length: height - 2 }, (_, y) => row(y + 1));
  const sides = [0, width - 1].flatMap((x) => inner.map((line) => line[x]));
  const frame = Float64Array.from([...row(0), ...row(height - 1), ...sides]);
  const inside = Float64Array.from(inner.flatMap((line) => line.slice(1, -1)));
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
  const mean = (/** @type {number} */ value, /** @type {number} */ i) =>
    (value + 1e-6 * fallback) / (weight.values[i] + 1e-6);
  return { ...grey, values: light.values.map(mean) };
}
