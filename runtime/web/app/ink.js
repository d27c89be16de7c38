/**
 * From any greyscale picture of a digit to the 28x28 form of MNIST: runtime/ink.py in JavaScript,
 * function by function, with the same bytes as the result. The reasons are told there.
 * @module
 */

import { clip, crop, largest, quantile, resample, round, shown, total, transpose } from "./arrays.js";
import { flatten, isLightOnDark, isScene } from "./paper.js";
import { measure, trace as traced } from "./pieces.js";
import { erase } from "./rules.js";
import { cutOut } from "./sheet.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/**
 * What a picture shows: ink on paper.
 * @typedef {object} View
 * @property {Grey} ink 0 on paper and up to 1
 * @property {number} threshold the contrast from which on it is ink
 * @property {number} top the row of the picture where `ink` begins
 * @property {number} left the column
* @property {boolean} isDrawn whether it has no noise: a pad was drawn on, all ink is meant
 */

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

/** The second look closes what is narrower than twice this many strokes. */
const CLOSED = 2;

/** Ink is as dark as the darkest but this many pixels, or but a thousandth if these are fewer. */
const FEW = 8;

/**
 * What a picture shows; null when nothing rises above the noise.
 * @param {Grey} grey brightness in 0..1, as `toGrey` gives it
 * @returns {View | null}
 */
export function look(grey) {
  const { grey: sheet, top, left } = cutOut(grey);
  grey = sheet;
  if (isLightOnDark(grey)) grey = { ...grey, values: grey.values.map((value) => 1 - value) };
  const longest = Math.max(grey.height, grey.width);
  let view = lookOnce(grey, Math.max(2, Math.floor(longest / 5)));
  if (view && isScene(grey)) {
    // What closes the strokes and little more: it fits the edges of shadows better.
    const radius = Math.ceil(CLOSED * stroke(cropped(view.ink, trace(view))));
    if (radius < Math.floor(longest / 8)) view = lookOnce(grey, Math.max(2, radius));
  }
  return view && { ...view, top, left };
}

/**
 * What a picture shows when what is narrower than twice the `radius` is ink.
 * @param {Grey} grey
 * @param {number} radius in pixels
 * @returns {View | null}
 */
function lookOnce(grey, radius) {
  const { ink, noise } = flatten(grey, radius);
  const threshold = rise(ink, noise);
  const isDrawn = noise <= CLEAN;
  if (threshold === null) return null;
  if (isScene(grey)) {
    const pen = quantile(ink.values.filter((value) => value > threshold), 0.7);
    const plain = erase(ink, noise, pen);
    const remaining = rise(plain, noise);
    // Else it is no rule but a 1.
    if (remaining !== null) return { ink: plain, threshold: remaining, top: 0, left: 0, isDrawn };
  }
  return { ink, threshold, top: 0, left: 0, isDrawn };
}

/**
 * Which pixels of a view are ink of the one digit that it shows.
 * @param {View} view
 * @returns {Uint8Array} [height, width], 0 or 1
 */
export function trace({ ink, threshold }) {
  return traced(measure(ink, threshold));
}

/**
 * The part of `ink` that `mask` shows, as MNIST would have it.
 * @param {Grey} ink
 * @param {Uint8Array} mask [height, width], 0 or 1, not all 0
 * @returns {Uint8Array} [28, 28], 0 is paper and 255 is ink
 */
export function form(ink, mask) {
  const digit = thicken(cropped(ink, mask));
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
 * The contrast from which on `ink` is ink; null when it is all paper.
 * @param {Grey} ink
 * @param {number} noise
 * @returns {number | null}
 */
export function rise({ values }, noise) {
  const share = Math.max(0.999, 1 - FEW / values.length);
  const peak = values.length > 5000 ? quantile(values, share) : largest(values);
  if (peak < Math.max(FAINTEST, 5 * noise)) return null;
  return Math.max(0.02, 4 * noise, noise > CLEAN ? 0.3 * peak : 0);
}

/**
 * The bounding box of `mask`, with ink from 0 to 1 and nothing else in it.
 * @param {Grey} ink
 * @param {Uint8Array} mask [height, width], 0 or 1, not all 0
 * @returns {Grey}
 */
function cropped(ink, mask) {
  const level = quantile(shown(ink.values, mask), 0.9);
  const values = ink.values.map((value, i) => (mask[i] ? clip(value / level) : 0));
  return crop({ ...ink, values }, mask).picture;
}

/**
 * How wide the strokes of `ink` are, in its pixels.
 * @param {Grey} ink
 * @returns {number}
 */
function stroke(ink) {
  return (2 * total(ink.values)) / Math.max((edges(ink) * Math.PI) / 4, 1);
}

/**
 * Widen the strokes of `ink` when they would be thinner than `THIN`.
 * @param {Grey} ink
 * @returns {Grey}
 */
function thicken(ink) {
  const longest = Math.max(ink.height, ink.width);
  const width = stroke(ink) * (BOX / longest);
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
