/**
 * Several digits in one picture: which pieces of ink make which digit, and in what order:
 * runtime/layout.py in JavaScript. The reasons are told there.
 * @module
 */

import { trace } from "./ink.js";
import { isScene } from "./paper.js";
import { among, heaviest, measure, weigh } from "./pieces.js";

/** @typedef {import("./ink.js").View} View */
/** @typedef {import("./pieces.js").Piece} Piece */

/**
 * One or more pieces of ink.
 * @typedef {Piece & {names: number[]}} Group
 */

/**
 * A digit in a view, in its pixels.
 * @typedef {object} Found
 * @property {Uint8Array} mask [height, width], 0 or 1
 * @property {number} left
 * @property {number} top
 * @property {number} right exclusive
 * @property {number} bottom exclusive
 * @property {boolean} isWide it may be two digits that touch
 */

/** At most this many digits are read. */
export const MOST = 30;

/** At most this many pieces, the heaviest, are looked at: noise must not cost time. */
const LOOKED_AT = 100;

/** Lower digits than this cannot be told apart; in pixels. */
const LOWEST = 6;

/** Pieces, and then digits, with less than these shares of the heaviest one's ink are left out. */
const DUST = 0.01;
const LIGHT = 0.04;

/** Digits with less than this share of the heaviest one's mean contrast are no pen's. */
const PALE = 0.55;

/** Digits lower than this share of the highest are something else. */
const LOW = 0.3;

/** No digit is this many times wider than high, and none of several pieces this many. */
const WIDE = 2;
const WIDE_TOGETHER = 1.4;

/** How near a piece is to a digit that it belongs to; shares of the digit's height. */
const NEAR_HALF = 0.1;
const NEAR_FRAGMENT = 0.25;
const NEAR_BESIDE = 0.25;

/** Digits of one row share at least this much of the lower one's height. */
const LEVEL = 0.4;

/** Digits that share more than this much of the narrower one's width stand over each other. */
const OVER = 0.5;

/** A digit this many times wider than high may be two that touch. */
const TOUCHING = 1.25;

/**
 * The digits of a view, row by row and from left to right; one or more.
 * @param {View} view
 * @returns {Found[]}
 */
export function digits(view) {
  const pieces = measure(view.ink, view.threshold);
  const { names, width } = pieces;
  const { isDrawn } = view;
  const isSeveral = isScene(pieces); // only scenes show several
  const found = isSeveral ? rows(choose(gather(pieces, isDrawn), isDrawn)) : [];
  if (found.length < (isDrawn ? 1 : 2)) return [boxed(trace(view), width)];
  return found.map((one) => {
    const own = new Uint8Array(pieces.all.length);
    for (const name of one.names) own[name] = 1;
    return boxed(among(names, own), width);
  });
}

/**
 * What a mask shows, as a digit.
 * @param {Uint8Array} mask [height, width], not all 0
 * @param {number} across its width
 * @returns {Found}
 */
export function boxed(mask, across) {
  let [left, top, right, bottom] = [across, -1, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const [y, x] = [Math.floor(i / across), i % across];
    if (top < 0) top = y;
    bottom = y + 1;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
  }
  const isWide = right - left > TOUCHING * (bottom - top);
  return { mask, left, top, right, bottom, isWide };
}

/**
 * Groups of the pieces that belong together, the highest piece of each first.
 * @param {import("./pieces.js").Pieces} pieces
 * @param {boolean} isDrawn nothing is dust, and what the border cuts is meant as well
 * @returns {Group[]}
 */
function gather(pieces, isDrawn) {
  const mass = weigh(pieces, isDrawn);
  const order = heaviest(mass, LOOKED_AT);
  const least = isDrawn ? 0 : DUST * mass[order[0]];
  const single = order
    .filter((name) => mass[name] > 0 && mass[name] >= least)
    .map((name) => ({ ...pieces.all[name], names: [name] }))
    .sort((a, b) => height(b) - height(a));
  /** @type {Group[]} */
  const groups = [];
  for (const piece of single) {
    const home = groups.findIndex((digit) => belongs(piece, digit));
    if (home < 0) groups.push(piece);
    else groups[home] = join(groups[home], piece);
  }
  return groups;
}

/**
 * Whether `piece` is a part of `digit`, which is at least as high.
 * @param {Group} piece
 * @param {Group} digit
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
 * Those that can be digits, the heaviest first.
 * @param {Group[]} groups
 * @param {boolean} isDrawn only what is too small is left out: the network says what is none
 * @returns {Group[]} at most MOST
 */
function choose(groups, isDrawn) {
  if (isDrawn) {
    const large = groups.filter((one) => Math.max(height(one), width(one)) >= LOWEST);
    return large.sort((a, b) => b.mass - a.mass).slice(0, MOST);
  }
  const shaped = groups
    .filter((one) => height(one) >= LOWEST && width(one) <= WIDE * height(one))
    .sort((a, b) => b.mass - a.mass);
  if (!shaped.length) return [];
  const highest = Math.max(...shaped.map(height));
  const { mass, area } = shaped[0];
  return shaped
    .filter((one) => height(one) >= LOW * highest && one.mass >= LIGHT * mass)
    .filter((one) => one.mass / one.area >= PALE * (mass / area))
    .slice(0, MOST);
}

/**
 * Digits in the order of reading: rows from above, each from the left.
 * @param {Group[]} found
 * @returns {Group[]}
 */
function rows(found) {
  /** @type {Group[][]} */
  const lines = [];
  for (const one of [...found].sort((a, b) => a.left - b.left || a.top - b.top)) {
    const shares = lines.map((line) => level(line[line.length - 1], one));
    const best = Math.max(...shares);
    if (best >= LEVEL) lines[shares.indexOf(best)].push(one);
    else lines.push([one]);
  }
  const middle = (/** @type {Group[]} */ [first]) => first.top + first.bottom;
  return lines.sort((a, b) => middle(a) - middle(b) || a[0].left - b[0].left).flat();
}

/**
 * How much of the lower one's height two digits share; below 0 where they do not, 0 where one
 * stands over the other: they are in two rows.
 * @param {Group} one
 * @param {Group} other
 * @returns {number}
 */
function level(one, other) {
  const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  if (across > OVER * Math.min(width(one), width(other))) return 0;
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return shared / Math.min(height(one), height(other));
}

/**
 * @param {Group} a
 * @param {Group} b
 * @returns {Group} the two as one
 */
function join(a, b) {
  return {
    names: [...a.names, ...b.names],
    mass: a.mass + b.mass,
    area: a.area + b.area,
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
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
