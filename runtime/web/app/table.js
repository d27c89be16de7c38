/**
 * Files of numbers, and windows of them: what runtime/reading/tables.py and runtime/tasks/tensor.py
 * make of a .csv or .npy, the same bytes.
 * @module
 */

/**
 * A task of the kind "tensor", as contract.json has it.
 * @typedef {{shape: number[], columns: string[], step: number}} Task
 * @typedef {{columns: string[], rows: string[][]}} Table
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LARGEST = 1e15; // runtime/bounds.py
const LABELS = ["label", "labels", "class", "category", "activity", "gesture", "target", "y"];

/** An error whose message is a key of text.js, with what belongs into it. */
export class TableError extends Error {
  /** @param {string} key @param {...(string | number)} details */
  constructor(key, ...details) {
    super(key);
    this.details = details;
  }
}

/**
 * The examples in a file, float32, each as the task keeps it.
 * @param {Uint8Array} content
 * @param {string} name of the file
 * @param {Task} task
 * @returns {Float32Array[]}
 * @throws {TableError}
 */
export function examples(content, name, task) {
  const found = /\.npy$/i.test(name) ? ofArray(npy(content), task) : ofTable(csv(content), task);
  if (!found.every((one) => one.every((value) => Math.abs(value) <= LARGEST))) {
    throw new TableError("notNumbers");
  }
  return found;
}

/**
 * The last window that is needed, and windows before it, of rows that come one by one.
 * @param {number[][]} rows
 * @param {Task} task
 */
export function window(rows, { shape }) {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  rows.slice(-shape[0]).forEach((row, y) => values.set(row, y * row.length));
  return values;
}

/** @param {Table} table @param {Task} task */
function ofTable(table, { shape, columns, step }) {
  const names = columns.length ? columns : inputs(table.columns);
  const places = names.map((name) => table.columns.indexOf(name));
  const missing = places.indexOf(-1);
  if (missing >= 0) throw new TableError("noColumn", names[missing]);
  const rows = table.rows.map((row, number) => places.map((place) => {
    if (!NUMBER.test(row[place].trim())) throw new TableError("notNumber", number + 2, row[place]);
    return Math.fround(Number(row[place]));
  }));
  const size = shape.reduce((a, b) => a * b, 1);
  const length = step ? shape[0] : 1;
  if (length * names.length !== size) throw new TableError("otherShape", shape.join("x"));
  if (rows.length < length) throw new TableError("tooShort", rows.length, length);
  const found = [];
  for (let start = 0; start + length <= rows.length; start += step || 1) {
    found.push(Float32Array.from(rows.slice(start, start + length).flat()));
  }
  return found;
}

/** All columns but that of the answer. @param {string[]} names */
function inputs(names) {
  const lower = names.map((name) => name.toLowerCase());
  const answer = LABELS.find((name) => lower.includes(name) && !(name === "y" && lower.includes("x")));
  return names.filter((_, i) => lower[i] !== answer);
}

/**
 * Rows of cells, with , ; or tabs between them, with or without a header.
 * @param {Uint8Array} content UTF-8
 * @returns {Table}
 */
function csv(content) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new TableError("notTable");
  }
  const first = text.split("\n", 1)[0];
  const count = (mark) => first.split(mark).length;
  const mark = [",", ";", "\t"].reduce((a, b) => (count(b) > count(a) ? b : a));
  const rows = text.split(/\r\n|\n|\r/).filter((line) => line.replaceAll(mark, "").trim())
    .map((line) => cells(line, mark));
  if (!rows.length) throw new TableError("notTable");
  const named = !rows[0].some((cell) => NUMBER.test(cell.trim()));
  const columns = named ? rows.shift().map((cell) => cell.trim()) : rows[0].map((_, i) => `c${i}`);
  if (!named && !NUMBER.test(rows[0].at(-1).trim())) columns[columns.length - 1] = "label";
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0 || !rows.length) throw new TableError("notTable");
  return { columns, rows };
}

/** The cells of a line; those in double quotes may hold the mark. */
function cells(line, mark) {
  if (!line.includes('"')) return line.split(mark);
  const found = [""];
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"' && quoted && line[i + 1] === '"') found[found.length - 1] += line[i++];
    else if (line[i] === '"') quoted = !quoted;
    else if (line[i] === mark && !quoted) found.push("");
    else found[found.length - 1] += line[i];
  }
  return found;
}

/** Examples of an array; it may be one by itself. */
function ofArray({ shape, values }, task) {
  const size = task.shape.reduce((a, b) => a * b, 1);
  const isOne = shape.join() === task.shape.join();
  const each = isOne ? size : shape.slice(1).reduce((a, b) => a * b, 1);
  if (each !== size || !values.length) throw new TableError("otherShape", task.shape.join("x"));
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}

const READERS = {
  f4: ["getFloat32", 4], f8: ["getFloat64", 8], i1: ["getInt8", 1], u1: ["getUint8", 1],
  b1: ["getUint8", 1], i2: ["getInt16", 2], u2: ["getUint16", 2], i4: ["getInt32", 4],
  u4: ["getUint32", 4], i8: ["getBigInt64", 8], u8: ["getBigUint64", 8],
};

/**
 * NumPy's format, versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @param {Uint8Array} content
 * @returns {{shape: number[], values: Float32Array}}
 */
function npy(content) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const wide = content[6] > 1; // the header's length has four bytes
  const start = wide ? 12 : 10;
  if (content.length < start || new TextDecoder("latin1").decode(content.subarray(1, 6)) !== "NUMPY") {
    throw new TableError("notTable");
  }
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const head = new TextDecoder().decode(content.subarray(start, end));
  const [, order, kind] = /'descr': '([<>|=])([a-z]\d)'/.exec(head) ?? [];
  const dimensions = /'shape': \(([\d, ]*)\)/.exec(head)?.[1];
  if (!(kind in READERS) || dimensions === undefined || /'fortran_order': True/.test(head)) {
    throw new TableError("notTable");
  }
  const shape = dimensions.split(",").filter((side) => side.trim()).map(Number);
  const [read, width] = READERS[kind];
  const count = shape.reduce((a, b) => a * b, 1);
  if (content.length < end + count * width) throw new TableError("notTable");
  const values = Float32Array.from(
    { length: count }, (_, i) => Number(view[read](end + i * width, order !== ">")));
  return { shape, values };
}
