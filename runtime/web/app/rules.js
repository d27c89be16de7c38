/**
 * The lines of ruled and squared paper: runtime/rules.py in JavaScript. The reasons are told there.
 * @module
 */

import { quantile, transpose } from "./arrays.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/** Rules rise by at most one pixel in this many. */
const STEEPEST = 5;

/** A rule is looked at when this share of the picture's width votes for it. */
const HELD = 0.4;

/** A pen is this many times as dark as a rule, and as dark as this share of its own ink. */
const DARKER = 1.5;
const PEN = 0.6;

/**
 * Ink without rules, first those across, then those down.
 * @param {Grey} ink
 * @param {number} noise
 * @param {number} pen the contrast that a pen has in this picture
 * @returns {Grey}
 */
export function erase(ink, noise, pen) {
  return transpose(across(transpose(across(ink, noise, pen)), noise, pen));
}

/**
 * Ink without the rules that go across it.
 * @param {Grey} ink
 * @param {number} noise
 * @param {number} pen
 * @returns {Grey}
 */
function across(ink, noise, pen) {
  const thin = ridges(ink, noise);
  const thick = reach(ink);
  const result = { ...ink, values: ink.values.slice() };
  /** @type {number[]} */
  const found = [];
  for (const [slope, start] of candidates(thin, ink)) {
    const middle = 2 * start + slope; // twice the row at half of the width
    if (found.some((other) => Math.abs(middle - other) <= 2 * thick + 2)) continue;
    const places = line(slope, start, ink);
    if (!goesThrough(thin, places, ink)) continue;
    found.push(middle);
    wipe(ink, result, places, pen);
  }
  return result;
}

/**
 * How far a rule reaches to each side of its middle, in pixels.
 * @param {Grey} ink
 * @returns {number}
 */
function reach({ height, width }) {
  return Math.max(1, Math.floor(Math.max(height, width) / 80));
}

/**
 * Where ink is darker than a little above and a little below: thin lines across.
 * @param {Grey} ink
 * @param {number} noise
 * @returns {Uint8Array} [height, width]
 */
function ridges({ values, height, width }, noise) {
  const away = Math.max(2, Math.floor(Math.max(height, width) / 50));
  const limit = Math.max(0.015, 2 * noise);
  const result = new Uint8Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    const above = (Math.max(y - away, 0) - y) * width;
    const below = (Math.min(y + away, height - 1) - y) * width;
    for (let x = 0; x < width; x++, i++) {
      const least = Math.min(values[i] - values[i + above], values[i] - values[i + below]);
      if (least > limit) result[i] = 1;
    }
  }
  return result;
}

/**
 * How far a line has risen in each column.
 * @param {number} slope pixels over the whole width
 * @param {number} width
 * @returns {Int32Array} [width]
 */
function rises(slope, width) {
  const result = new Int32Array(width);
  for (let x = 0; x < width; x++) result[x] = Math.floor((2 * slope * x + width) / (2 * width));
  return result;
}

/**
 * The places of a line within a picture, from the left.
 * @param {number} slope
 * @param {number} start its first row
 * @param {Grey} picture
 * @returns {number[][]} row and column of each
 */
function line(slope, start, { height, width }) {
  const places = [...rises(slope, width)].map((rise, x) => [start + rise, x]);
  return places.filter(([y]) => y >= 0 && y < height);
}

/**
 * Slope and start of lines that hold HELD of a width, the fullest first.
 * @param {Uint8Array} thin [height, width]
 * @param {Grey} picture
 * @returns {[number, number][]}
 */
function candidates(thin, { height, width }) {
  const steepest = Math.floor(width / STEEPEST);
  const rooms = height + 2 * steepest + 1;
  const xs = [];
  const ys = [];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!thin[i]) continue;
      xs.push(x);
      ys.push(y);
    }
  }
  /** @type {[number, number, number][]} */
  const full = [];
  for (let slope = -steepest; slope <= steepest; slope++) {
    const votes = new Int32Array(rooms);
    const rise = rises(slope, width);
    for (let i = 0; i < xs.length; i++) votes[ys[i] - rise[xs[i]] + steepest]++;
    votes.forEach((many, start) => {
      if (many >= HELD * width) full.push([many, slope, start - steepest]);
    });
  }
  return full.sort((a, b) => b[0] - a[0]).map(([, slope, start]) => [slope, start]);
}

/**
 * Whether half of a line is thin ink or beside it: at both ends, and in both halves.
 * @param {Uint8Array} thin [height, width]
 * @param {number[][]} places
 * @param {Grey} picture
 * @returns {boolean}
 */
function goesThrough(thin, places, { height, width }) {
  const count = places.length;
  if (2 * count < width) return false;
  const hit = places.map(([y, x]) =>
    thin[Math.max(y - 1, 0) * width + x] |
    thin[y * width + x] |
    thin[Math.min(y + 1, height - 1) * width + x]);
  const end = Math.max(1, Math.floor(count / 6));
  const half = Math.floor(count / 2);
  const parts = [hit.slice(0, end), hit.slice(-end), hit.slice(0, half), hit.slice(half)];
  return parts.every((part) => 2 * part.reduce((sum, is) => sum + is, 0) >= part.length);
}

/**
 * Take a line of `ink` out of `result`, but not a pen's.
 * @param {Grey} ink
 * @param {Grey} result changed
 * @param {number[][]} places
 * @param {number} pen
 */
function wipe(ink, result, places, pen) {
  const { values, height, width } = ink;
  const thick = reach(ink);
  const at = (/** @type {number} */ y, /** @type {number} */ x) =>
    Math.min(Math.max(y, 0), height - 1) * width + x;
  const middle = quantile(Float64Array.from(places, ([y, x]) => values[y * width + x]), 0.5);
  const level = Math.max(DARKER * middle, PEN * pen);
  for (const [y, x] of places) {
    const beside = Math.max(values[at(y - thick - 1, x)], values[at(y + thick + 1, x)]);
    for (let step = -thick; step <= thick; step++) {
      const place = at(y + step, x);
      const value = values[place];
      const kept = value > level ? value : Math.min(value, beside);
      result.values[place] = Math.min(result.values[place], kept);
    }
  }
}
