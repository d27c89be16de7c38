/** Numbers over time, as lines. @module */

import { colour, fine } from "./dom.js";

/** Tell lines apart by day and by night, and mostly for who sees no red or green. */
const LINES = ["#c2410c", "#1d74b4", "#2f8f5b", "#9a4fb0", "#b7791f", "#64748b"];

/**
 * Draw rows as lines, the newest at the right.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>[]} rows
 * @param {number} length  rows from the left to the right edge
 * @param {string[]} names  of the columns
 */
export function plot(canvas, rows, length, names = []) {
  const { context, width, height } = fine(canvas);
  const legend = names.length ? 18 : 0;
  const [low, high] = range(rows);
  const y = (value) => legend + 4 + (height - legend - 8) * (1 - (value - low) / (high - low));
  context.strokeStyle = colour("--line");
  context.beginPath();
  context.moveTo(0, y(Math.min(Math.max(0, low), high)));
  context.lineTo(width, y(Math.min(Math.max(0, low), high)));
  context.stroke();
  const count = rows[0]?.length ?? 0;
  const start = length - rows.length;
  context.lineWidth = 1.6;
  context.lineJoin = "round";
  for (let c = 0; c < count; c++) {
    context.strokeStyle = LINES[c % LINES.length];
    context.beginPath();
    rows.forEach((row, i) => context.lineTo(((start + i) * width) / Math.max(1, length - 1), y(row[c])));
    context.stroke();
  }
  context.font = "12px system-ui, sans-serif";
  let x = 6;
  names.slice(0, 12).forEach((name, c) => {
    context.fillStyle = LINES[c % LINES.length];
    context.fillRect(x, 5, 10, 10);
    context.fillStyle = colour("--ink");
    context.fillText(name, x + 14, 14);
    x += context.measureText(name).width + 26;
  });
}

/** The least and the largest value, never the same. */
function range(rows) {
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) for (const value of row) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  return [low, high];
}

/** A list of numbers as rows of its last axis. @param {ArrayLike<number>} values @param {number[]} shape */
export function rowsOf(values, shape) {
  const wide = shape.length > 1 ? shape.at(-1) : 1;
  return Array.from({ length: values.length / wide }, (_, i) => values.slice(i * wide, (i + 1) * wide));
}
