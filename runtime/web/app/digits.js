/**
 * Several digits in one picture, as a camera sees them: where each is, and its 28x28 form.
 *
 * Pieces of ink become one digit when one stands over or under the other and nearly touches it, or
 * when a fragment lies close beside a digit, as the bar of a 5 does. What frames the picture (a
 * page's edge, a table), dust, rules and what is far smaller than the largest digit is left out.
 * Digits that touch each other are not separated.
 * @module
 */

import { flatten } from "./paper.js";
import { form, framing, measure, rise } from "./ink.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/**
 * A digit and where it is, in pixels of the grey picture.
 * @typedef {object} Digit
 * @property {number} x of its left side
 * @property {number} y of its upper side
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} pixels [28, 28], 0 is paper and 255 is ink
 */

/**
 * One or more components of ink, in pixels; right and bottom are exclusive.
 * @typedef {object} Piece
 * @property {number[]} names of the components
 * @property {number} mass sum of the ink's contrast
 * @property {number} left
 * @property {number} top
 * @property {number} right
 * @property {number} bottom
 */

/** At most this many digits are read. */
export const MOST = 12;

/** At most this many pieces, the heaviest, are looked at: noise must not cost time. */
const PIECES = 100;

/** Lower digits than this cannot be told apart; in pixels. */
const LOWEST = 8;

/** Dust: pieces, and then digits, with less than these shares of the heaviest one's ink. */
const DUST = 0.01;
const LIGHT = 0.04;

/** Digits lower than this share of the highest are something else. */
const LOW = 0.3;

/** No digit is this many times wider than high, and none of several pieces this many. */
const WIDE = 2;
const WIDE_TOGETHER = 1.25;

/** How near a piece is to a digit that it belongs to; shares of the digit's height. */
const NEAR_HALF = 0.1;
const NEAR_FRAGMENT = 0.25;
const NEAR_BESIDE = 0.1;

/**
 * The digits in a picture, from left to right.
 * @param {Grey} grey brightness in 0..1, as `toGrey` gives it
 * @returns {Digit[]} at most 12; none when there is nothing to read
 */
export function digits(grey) {
  const { ink, noise } = flatten(grey);
  const threshold = rise(ink, noise);
  if (threshold === null) return [];
  const { names, mass } = measure(ink, threshold);
  const surroundings = framing(names, mass.length - 1, ink.height, ink.width);
  const found = pieces(names, mass, ink.width).filter(({ names: [name] }) => !surroundings[name]);
  return choose(group(found)).map(({ names: own, left, top, right, bottom }) => {
    const isOwn = new Uint8Array(mass.length);
    for (const name of own) isOwn[name] = 1;
    const mask = new Uint8Array(names.length).map((_, i) => isOwn[names[i]]);
    const box = { x: left, y: top, width: right - left, height: bottom - top };
    return { ...box, pixels: form(ink, mask) };
  });
}

/**
 * Each component as a piece of its own.
 * @param {Int32Array} names [height, width], 0 outside
 * @param {Float64Array} mass [count + 1]
 * @param {number} width in pixels
 * @returns {Piece[]}
 */
function pieces(names, mass, width) {
  const all = Array.from(mass, (own, name) => {
    return { names: [name], mass: own, left: Infinity, top: Infinity, right: 0, bottom: 0 };
  });
  for (let i = 0; i < names.length; i++) {
    if (!names[i]) continue;
    const piece = all[names[i]];
    const x = i % width;
    const y = Math.floor(i / width);
    piece.left = Math.min(piece.left, x);
    piece.right = Math.max(piece.right, x + 1);
    piece.top = Math.min(piece.top, y);
    piece.bottom = Math.max(piece.bottom, y + 1);
  }
  return all.slice(1);
}

/**
 * Put pieces that belong together into one, the highest first.
 * @param {Piece[]} found
 * @returns {Piece[]}
 */
function group(found) {
  const most = heaviest(found);
  const looked = found
    .filter(({ mass }) => mass >= DUST * most)
    .sort((a, b) => b.mass - a.mass)
    .slice(0, PIECES)
    .sort((a, b) => height(b) - height(a));
  /** @type {Piece[]} */
  const groups = [];
  for (const piece of looked) {
    const home = groups.findIndex((digit) => belongs(piece, digit));
    if (home < 0) groups.push(piece);
    else groups[home] = join(groups[home], piece);
  }
  return groups;
}

/**
 * Whether `piece` is a part of `digit`, which is at least as high.
 * @param {Piece} piece
 * @param {Piece} digit
 * @returns {boolean}
 */
function belongs(piece, digit) {
  const both = join(digit, piece);
  if (width(both) > Math.max(WIDE_TOGETHER * height(both), width(digit))) return false;
  const isFragment = height(piece) < height(digit) / 2;
  // Gaps between the two; where they overlap, below 0.
  const across = Math.max(piece.left, digit.left) - Math.min(piece.right, digit.right);
  const down = Math.max(piece.top, digit.top) - Math.min(piece.bottom, digit.bottom);
  const near = (isFragment ? NEAR_FRAGMENT : NEAR_HALF) * height(digit);
  const isOver = -across >= Math.min(width(piece), width(digit)) / 2 && down <= near;
  const isBeside = across <= NEAR_BESIDE * height(digit) && -down >= height(piece) / 2;
  return isOver || (isFragment && isBeside);
}

/**
 * Those that can be digits, from left to right.
 * @param {Piece[]} groups
 * @returns {Piece[]} at most 12
 */
function choose(groups) {
  const shaped = groups.filter((one) => height(one) >= LOWEST && width(one) <= WIDE * height(one));
  const highest = Math.max(...shaped.map(height));
  const most = heaviest(shaped);
  return shaped
    .filter((one) => height(one) >= LOW * highest && one.mass >= LIGHT * most)
    .sort((a, b) => b.mass - a.mass)
    .slice(0, MOST)
    .sort((a, b) => a.left - b.left);
}

/**
 * @param {Piece} a
 * @param {Piece} b
 * @returns {Piece} the two as one
 */
function join(a, b) {
  return {
    names: [...a.names, ...b.names],
    mass: a.mass + b.mass,
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/**
 * @param {Piece[]} all
 * @returns {number} the mass of the heaviest
 */
function heaviest(all) {
  return all.reduce((most, { mass }) => Math.max(most, mass), 0);
}

/**
 * @param {Piece} piece
 * @returns {number} in pixels
 */
function height({ top, bottom }) {
  return bottom - top;
}

/**
 * @param {Piece} piece
 * @returns {number} in pixels
 */
function width({ left, right }) {
  return right - left;
}
