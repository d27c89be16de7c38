/**
 * The pieces of ink in a picture: which are strokes of digits, and which are surroundings:
 * runtime/pieces.py in JavaScript. The reasons are told there.
 * @module
 */

import { above, components, largest } from "./arrays.js";
import { isScene } from "./paper.js";

/** @typedef {import("./arrays.js").Grey} Grey */

/**
 * The 8-connected components of ink, by their number from 1; 0 is all else, and weighs 0.
 * @typedef {object} Pieces
 * @property {Int32Array} names [height, width]
 * @property {number} height in pixels
 * @property {number} width in pixels
 * @property {Piece[]} all [count + 1]
 */

/**
 * One piece, or all else; in pixels.
 * @typedef {object} Piece
 * @property {number} mass the sum of the ink's contrast
 * @property {number} area
 * @property {number} left
 * @property {number} top
 * @property {number} right exclusive
 * @property {number} bottom exclusive
 */

/** What holds less than this share of the heaviest piece's ink is dust. */
const SPECK = 0.1;

/** Frames, and what the border cuts, are left out when another holds this share of its ink. */
const INNER = 0.02;
const CUT = 0.25;

/** Pieces this near to the heaviest belong to it; a share of its longer side. */
const NEAR = 0.4;

/** What a drawn frame holds has at least this share of its longer side. */
const HELD = 0.25;

/** At most this many pieces, the heaviest, are taken for frames or for what is in one. */
const LOOKED_AT = 30;

/**
 * The pieces of what is darker than `threshold`.
 * @param {Grey} ink
 * @param {number} threshold
 * @returns {Pieces}
 */
export function measure({ values, height, width }, threshold) {
  const { names, count } = components(above(values, threshold), height, width);
  const all = Array.from({ length: count + 1 }, () =>
    ({ mass: 0, area: 0, left: width, top: height, right: 0, bottom: 0 }));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const piece = all[names[i]];
      if (!names[i]) continue;
      piece.mass += values[i];
      piece.area++;
      piece.left = Math.min(piece.left, x);
      piece.right = Math.max(piece.right, x + 1);
      piece.top = Math.min(piece.top, y);
      piece.bottom = Math.max(piece.bottom, y + 1);
    }
  }
  return { names, height, width, all };
}

/**
 * The mass of each piece, and 0 for those that are surroundings.
 * @param {Pieces} pieces
 * @param {boolean} [isDrawn] on a pad, whose border cuts nothing off, and which has no frames
 * @returns {Float64Array} [count + 1]
 */
export function weigh(pieces, isDrawn = false) {
  const { all, height, width } = pieces;
  const mass = Float64Array.from(all, (piece) => piece.mass);
  const leave = (/** @type {boolean[]} */ out, /** @type {number} */ share) => {
    const others = mass.filter((_, name) => !out[name]);
    if (largest(others) >= share * largest(mass)) out.forEach((is, name) => { if (is) mass[name] = 0; });
  };
  leave(framing(pieces), INNER);
  if (isScene(pieces) && !isDrawn) {
    const isCut = (/** @type {Piece} */ { left, top, right, bottom }) =>
      left === 0 || top === 0 || right === width || bottom === height;
    leave(all.map(isCut), CUT);
    for (const name of enclosing(pieces, mass)) mass[name] = 0;
  }
  return mass;
}

/**
 * Which components are a page's edge, a table or a dark corner, not ink.
 * @param {Pieces} pieces
 * @returns {boolean[]} [count + 1]
 */
function framing({ names, height, width, all }) {
  const result = new Array(all.length).fill(false);
  const column = (/** @type {number} */ x) =>
    Int32Array.from({ length: height }, (_, y) => names[y * width + x]);
  const rows = [names.subarray(0, width), names.subarray((height - 1) * width)];
  for (const side of [...rows, column(0), column(width - 1)]) {
    const held = new Int32Array(all.length);
    for (const name of side) held[name]++;
    held.forEach((pixels, name) => {
      if (pixels / side.length > 0.8) result[name] = true;
    });
    result[side[0]] = result[side[side.length - 1]] = true;
  }
  result[0] = false;
  return result;
}

/**
 * The names of `mass`, the heaviest first.
 * @param {Float64Array} mass
 * @param {number} most at most so many
 * @returns {number[]}
 */
export function heaviest(mass, most) {
  return [...mass.keys()].sort((a, b) => mass[b] - mass[a]).slice(0, most);
}

/**
 * The pieces that are drawn frames: another one is within, and their middle is empty.
 * @param {Pieces} pieces
 * @param {Float64Array} mass
 * @returns {number[]}
 */
function enclosing(pieces, mass) {
  const least = INNER * largest(mass);
  const heavy = heaviest(mass, LOOKED_AT).filter((name) => name && mass[name] >= least);
  const longer = (/** @type {Piece} */ { left, top, right, bottom }) =>
    Math.max(right - left, bottom - top);
  return heavy.filter((name) => {
    const outer = pieces.all[name];
    const holds = heavy.map((other) => pieces.all[other]).some((inner) =>
      inner.left > outer.left && inner.top > outer.top &&
      inner.right < outer.right && inner.bottom < outer.bottom &&
      longer(inner) >= HELD * longer(outer));
    return holds && isHollow(pieces, name);
  });
}

/**
 * Whether a piece has nothing in the middle half of its box.
 * @param {Pieces} pieces
 * @param {number} name
 * @returns {boolean}
 */
function isHollow({ names, width, all }, name) {
  const { left, top, right, bottom } = all[name];
  const across = Math.floor((right - left) / 4);
  const down = Math.floor((bottom - top) / 4);
  for (let y = top + down; y < bottom - down; y++) {
    for (let x = left + across; x < right - across; x++) {
      if (names[y * width + x] === name) return false;
    }
  }
  return true;
}

/**
 * Which pixels are ink of the one digit that the picture shows.
 * @param {Pieces} pieces
 * @returns {Uint8Array} [height, width], 0 or 1
 */
export function trace(pieces) {
  const mass = weigh(pieces);
  const least = SPECK * largest(mass);
  const main = pieces.all[mass.indexOf(largest(mass))];
  const near = NEAR * Math.max(main.right - main.left, main.bottom - main.top);
  const keep = pieces.all.map(({ left, top, right, bottom }, name) => {
    if (!name || mass[name] < least) return 0;
    const across = Math.max(left - main.right, main.left - right);
    const down = Math.max(top - main.bottom, main.top - bottom);
    return Number(!isScene(pieces) || Math.max(across, down) <= near);
  });
  return among(pieces.names, keep);
}

/**
 * The pixels of some pieces.
 * @param {Int32Array} names [height, width]
 * @param {ArrayLike<number>} keep [count + 1], 0 or 1
 * @returns {Uint8Array} [height, width], 0 or 1
 */
export function among(names, keep) {
  const mask = new Uint8Array(names.length);
  for (let i = 0; i < names.length; i++) mask[i] = keep[names[i]];
  return mask;
}
