/**
 * Pictures to digits: what runtime/image.py's `normalize` and `digits` give for an RGBA picture.
 * @module
 */

import { toGrey, WORKING } from "./grey.js";
import { form, look, trace } from "./ink.js";
import * as layout from "./layout.js";

/** @typedef {import("./ink.js").View} View */
/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Picture as ImageData is */

/**
 * A digit in a picture, and its box in the picture's pixels.
 * @typedef {object} Digit
 * @property {Uint8Array} pixels [28, 28], 0 is paper and 255 is ink
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {boolean} isWide it may be two that touch
 */

/**
 * A part of a picture: left, top, right, bottom; the last two exclusive.
 * @typedef {[number, number, number, number]} Part
 */

/** Digits whose longer side is below this many pixels are looked at once more, enlarged. */
const SMALL = 64;

/** What is shown around them; a share of the largest one's longer side. */
const MARGIN = 1;

/** The largest one's longer side then, and the longest side of what is looked at; in pixels. */
const CLEAR = 48;
const CLOSEST = 512;

/**
 * Every digit of a picture, row by row and from left to right.
 * @param {Picture} picture
 * @returns {Digit[]} none when there is nothing to read
 */
export function digits(picture) {
  return read(picture, layout.digits);
}

/**
 * The one digit of a picture.
 * @param {Picture} picture
 * @returns {Uint8Array | null} [28, 28], 0 is paper and 255 is ink; null when there is no ink
 */
export function normalize(picture) {
  const [digit] = read(picture, (view) => [layout.boxed(trace(view), view.ink.width)]);
  return digit?.pixels ?? null;
}

/**
 * What `find` finds in a picture, looked at once more where it is small.
 * @param {Picture} picture
 * @param {(view: View) => layout.Found[]} find
 * @returns {Digit[]}
 */
function read(picture, find) {
  const { width, height } = picture;
  const found = lookAt(picture, [0, 0, width, height], WORKING, find);
  const closer = found.length && nearer(picture, found);
  if (!closer) return found;
  const again = lookAt(picture, closer.part, closer.working, find);
  return again.length ? again : found;
}

/**
 * How many pixels become one, across and down.
 * @param {number} longest side in pixels
 * @param {number} working
 * @returns {number}
 */
function factor(longest, working) {
  return Math.ceil(longest / working);
}

/**
 * What `find` finds in a part of a picture.
 * @param {Picture} picture
 * @param {Part} part
 * @param {number} working
 * @param {(view: View) => layout.Found[]} find
 * @returns {Digit[]}
 */
function lookAt(picture, part, working, find) {
  const [left, top, right, bottom] = part;
  const view = look(toGrey(cut(picture, part), right - left, bottom - top, working));
  if (!view) return [];
  const step = factor(Math.max(right - left, bottom - top), working);
  return find(view).map((one) => {
    const x = left + step * (view.left + one.left);
    const y = top + step * (view.top + one.top);
    const width = Math.min(step * (one.right - one.left), right - x);
    const height = Math.min(step * (one.bottom - one.top), bottom - y);
    return { pixels: form(view.ink, one.mask), x, y, width, height, isWide: one.isWide };
  });
}

/**
 * The pixels of a part of a picture.
 * @param {Picture} picture
 * @param {Part} part
 * @returns {Uint8ClampedArray} RGBA
 */
function cut({ data, width, height }, [left, top, right, bottom]) {
  if (right - left === width && bottom - top === height) return data;
  const result = new Uint8ClampedArray(4 * (right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const row = data.subarray(4 * (y * width + left), 4 * (y * width + right));
    result.set(row, 4 * (y - top) * (right - left));
  }
  return result;
}

/**
 * The part of a picture to look at once more, and its working side; null: nothing is gained.
 * @param {Picture} picture
 * @param {Digit[]} found
 * @returns {{part: Part, working: number} | null}
 */
function nearer({ width, height }, found) {
  const step = factor(Math.max(width, height), WORKING);
  const largest = Math.max(...found.map((one) => Math.max(one.width, one.height)));
  if (step === 1 || largest >= SMALL * step) return null;
  const margin = Math.ceil(MARGIN * largest);
  /** @type {Part} */
  const part = [
    Math.max(Math.min(...found.map(({ x }) => x)) - margin, 0),
    Math.max(Math.min(...found.map(({ y }) => y)) - margin, 0),
    Math.min(Math.max(...found.map((one) => one.x + one.width)) + margin, width),
    Math.min(Math.max(...found.map((one) => one.y + one.height)) + margin, height),
  ];
  const side = Math.max(part[2] - part[0], part[3] - part[1]);
  const working = Math.min(Math.max(WORKING, Math.ceil((CLEAR * side) / largest)), CLOSEST);
  return factor(side, working) >= step ? null : { part, working };
}
