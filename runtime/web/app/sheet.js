/**
 * A sheet of paper on something darker: runtime/sheet.py in JavaScript. The reasons are told there.
 * @module
 */

import { above, components, crop, quantile, shown, slideMax, transpose } from "./arrays.js";
import { average, close, isScene } from "./paper.js";
import { among } from "./pieces.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** How many levels of brightness are told apart to separate a sheet from what it lies on. */
const LEVELS = 64;

/** What a sheet lies on is darker than this share of the sheet's brightness. */
const DARKER = 0.8;

/** The sheet takes no more than this share of the picture's border, and of the picture no less. */
const OPEN = 0.3;
const LEAST = 0.05;

/** What a sheet and the quadrilateral of its corners share at least, of what both cover. */
const FORM = 0.92;

/** At least this share of it is bright, and at least this share dark. */
const SOLID = 0.85;
const WRITTEN = 0.002;

/** Along its edge no more than this share of it is dark. */
const RIM = 0.2;

/**
 * The part of a picture that shows a sheet, with paper where something else shows in it.
 * @param {Grey} grey brightness in 0..1
 * @returns {{grey: Grey, top: number, left: number}} all of the picture when there is no sheet
 */
export function cutOut(grey) {
  const whole = { grey, top: 0, left: 0 };
  const found = isScene(grey) ? quadrilateral(grey) : null;
  if (!found) return whole;
  const longest = Math.max(grey.height, grey.width);
  const inside = shrink(found, grey, Math.max(2, Math.floor(longest / 50)));
  const size = count(inside);
  if (!size) return whole;
  const limit = DARKER * quantile(shown(grey.values, inside), 0.5);
  const light = inside.map((is, i) => Number(is && !(grey.values[i] < limit)));
  if (size - count(light) < WRITTEN * size) return whole;
  const deep = shrink(inside, grey, Math.max(2, Math.floor(longest / 40)));
  const bright = light.map((is, i) => Number(is && !deep[i]));
  const rim = size - count(deep);
  if (rim - count(bright) > RIM * rim) return whole;
  const around = average(grey, light, Math.max(1, Math.floor(longest / 12))).values;
  const values = grey.values.map((value, i) => (inside[i] ? value : around[i]));
  const { picture, top, left } = crop({ ...grey, values }, inside);
  return { grey: picture, top, left };
}

/**
 * How many are 1.
 * @param {Uint8Array} mask
 * @returns {number}
 */
function count(mask) {
  let result = 0;
  for (let i = 0; i < mask.length; i++) result += mask[i];
  return result;
}

/**
 * What is farther than `radius` from the outside of a mask, in a square.
 * @param {Uint8Array} mask [height, width]
 * @param {Grey} size
 * @param {number} radius in pixels
 * @returns {Uint8Array}
 */
function shrink(mask, { height, width }, radius) {
  const outside = { values: Float64Array.from(mask), height, width };
  outside.values.forEach((is, i) => { outside.values[i] = 1 - is; });
  const wide = transpose(slideMax(transpose(slideMax(outside, radius)), radius));
  return above(wide.values, 0.5).map((is) => 1 - is);
}

/**
 * The largest bright thing, if it has the form of a sheet on darker ground.
 * @param {Grey} grey
 * @returns {Uint8Array | null} [height, width]
 */
function quadrilateral(grey) {
  const { height, width } = grey;
  const calm = close(grey, Math.max(2, Math.floor(Math.max(height, width) / 24)), true);
  const levels = levelsOf(calm);
  const cut = threshold(levels);
  if (cut === null) return null;
  const mask = largestOf(levels.map((level) => Number(level > cut)), height, width);
  let border = 0;
  for (let x = 0; x < width; x++) border += mask[x] + mask[(height - 1) * width + x];
  for (let y = 0; y < height; y++) border += mask[y * width] + mask[y * width + width - 1];
  if (border > OPEN * 2 * (height + width)) return null;
  const filled = span(span(mask, width, 1, height, width), height, width, width, 1);
  const size = count(filled);
  const bright = count(levelsOf(grey).map((level, i) => Number(filled[i] && level > cut)));
  const isSheet = size >= LEAST * mask.length && bright >= SOLID * size;
  return isSheet && likeness(filled, height, width) >= FORM ? filled : null;
}

/**
 * The largest component of a mask.
 * @param {Uint8Array} mask [height, width]
 * @param {number} height
 * @param {number} width
 * @returns {Uint8Array}
 */
function largestOf(mask, height, width) {
  const { names, count: many } = components(mask, height, width);
  const area = new Int32Array(many + 1);
  for (let i = 0; i < names.length; i++) area[names[i]]++;
  area[0] = 0;
  const most = area.indexOf(area.reduce((a, b) => Math.max(a, b)));
  return among(names, area.map((_, name) => Number(name === most)));
}

/**
 * Each line of a mask filled from its first pixel to its last.
 * @param {Uint8Array} mask
 * @param {number} length of a line
 * @param {number} step from one pixel of a line to the next
 * @param {number} lines how many
 * @param {number} stride from one line to the next
 * @returns {Uint8Array}
 */
function span(mask, length, step, lines, stride) {
  const result = mask.slice();
  for (let line = 0; line < lines; line++) {
    let [first, last] = [-1, -1];
    for (let i = 0; i < length; i++) {
      if (!mask[line * stride + i * step]) continue;
      if (first < 0) first = i;
      last = i;
    }
    for (let i = Math.max(first, 0); i <= last; i++) result[line * stride + i * step] = 1;
  }
  return result;
}

/**
 * The brightness of each pixel in whole steps from 0.
 * @param {Grey} grey
 * @returns {Uint8Array}
 */
function levelsOf({ values }) {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < levels.length; i++) {
    levels[i] = Math.min(Math.trunc(values[i] * LEVELS), LEVELS - 1);
  }
  return levels;
}

/**
 * The highest level that is ground by Otsu's method; null when it is hardly darker.
 * @param {Uint8Array} levels
 * @returns {number | null}
 */
function threshold(levels) {
  const counts = new Float64Array(LEVELS);
  for (const level of levels) counts[level]++;
  const all = levels.length;
  const allLight = counts.reduce((sum, many, level) => sum + many * (level + 0.5), 0);
  let [best, cut] = [0, /** @type {number | null} */ (null)];
  let [under, light] = [0, 0];
  for (let level = 0; level < LEVELS - 1; level++) {
    under += counts[level];
    light += counts[level] * (level + 0.5);
    const over = all - under;
    if (!under || !over) continue;
    const dark = light / under;
    const bright = (allLight - light) / over;
    const spread = under * over * (bright - dark) * (bright - dark);
    if (spread > best) [best, cut] = [spread, dark <= DARKER * bright ? level : null];
  }
  return cut;
}

/**
 * How much of a mask and the quadrilateral of its corners both cover, of what any does.
 * @param {Uint8Array} mask [height, width], not all 0
 * @param {number} height
 * @param {number} width
 * @returns {number} 0..1
 */
function likeness(mask, height, width) {
  const diagonal = [[-1, -1], [1, -1], [1, 1], [-1, 1]]; // clockwise
  const straight = [[-1, 0], [0, -1], [1, 0], [0, 1]];
  return Math.max(...[diagonal, straight].map((far) => {
    const ends = far.map((one) => outermost(mask, width, one));
    let [both, any] = [0, 0];
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const inside = ends.every(([ax, ay], k) => {
          const [bx, by] = ends[(k + 1) % 4];
          return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
        });
        both += Number(inside && mask[i] === 1);
        any += Number(inside || mask[i] === 1);
      }
    }
    return both / any;
  }));
}

/**
 * The first pixel of a mask that lies farthest in a direction.
 * @param {Uint8Array} mask
 * @param {number} width
 * @param {number[]} direction x, y
 * @returns {[number, number]} x, y
 */
function outermost(mask, width, [dx, dy]) {
  let [best, place] = [-Infinity, 0];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const far = dx * (i % width) + dy * Math.floor(i / width);
    if (far > best) [best, place] = [far, i];
  }
  return [place % width, Math.floor(place / width)];
}
