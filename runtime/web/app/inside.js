/** What the network sees, and what its blocks make of it. @module */

import { $, make } from "./dom.js";
import { plot, rowsOf } from "./plot.js";
import { text } from "./text.js";

const OPEN = 3; // blocks that are shown at once; more are folded until somebody looks

/** Room for the maps of each block. @param {import("./network.js").About} about @param {() => void} opened */
export function makeInside({ maps, contract: { task } }, opened) {
  const { shape, kind } = task;
  const about = kind === "tensor" ? text.seenValues(shape.join(" × ")) : text.seen(shape[0], shape[1]);
  $("seen").setAttribute("aria-label", about);
  $("seen-text").textContent = about;
  $("seen").className = kind;
  $("maps").replaceChildren(...maps.map((map, block) => {
    const [height, width, count] = map.shape;
    const told = text.map(block + 1, count, height, width);
    const sheet = sheetOf(map.shape);
    const canvas = make("canvas", { width: sheet.width, height: sheet.height });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", told);
    if (maps.length <= OPEN) {
      return make("figure", {}, canvas, make("figcaption", { textContent: told }));
    }
    const fold = make("details", { open: block === 0 }, make("summary", { textContent: told }), canvas);
    fold.addEventListener("toggle", opened);
    return fold;
  }));
}

/** The blocks that somebody can look at now. @returns {number[]} */
export function wanted() {
  return [...$("maps").children].flatMap((place, i) => (place.open === false ? [] : [i]));
}

/**
 * Show what the network sees.
 * @param {ArrayLike<number>} values as the task keeps them
 * @param {{kind: string, shape: number[]}} task
 */
export function showSeen(values, { kind, shape }) {
  if (kind === "tensor") plot($("seen"), rowsOf(values, shape), rowsOf(values, shape).length);
  else if (kind === "digits") paint($("seen"), values, shape[1]);
  else colours($("seen"), values, shape);
}

/** @param {{shape: number[], zero_point: number}[]} about @param {number[]} numbers @param {Int8Array[]} maps */
export function showMaps(about, numbers, maps) {
  const canvases = $("maps").querySelectorAll("canvas");
  numbers.forEach((block, i) => maps[i] && tile(canvases[block], maps[i], about[block]));
}

export function clearInside() {
  for (const canvas of [$("seen"), ...$("maps").querySelectorAll("canvas")]) {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }
}

/** Grey values, 0 paper to 255 ink, as ink of the page's colour. */
function paint(canvas, values, width) {
  canvas.width = width;
  canvas.height = values.length / width;
  const image = new ImageData(width, canvas.height);
  values.forEach((value, i) => { image.data[4 * i + 3] = value; });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Pixels as they are. */
function colours(canvas, values, [height, width, channels]) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = values[i * channels + (channels === 1 ? 0 : c)];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/**
 * How the channels of a map lie beside each other, a pixel apart. A sequence runs from the left to
 * the right, one channel below the other.
 * @param {number[]} shape height, width, channels
 */
function sheetOf([rows, columns, count]) {
  const [height, width] = columns === 1 ? [1, rows] : [rows, columns];
  const across = Math.max(1, Math.min(count, Math.ceil(Math.sqrt((2 * count * height) / width))));
  const [stepX, stepY] = [width + 1, height + 1];
  const down = Math.ceil(count / across);
  return { across, stepX, stepY, width: across * stepX - 1, height: down * stepY - 1 };
}

/** All channels of a map; the strongest value is the darkest. */
function tile(canvas, values, { shape, zero_point }) {
  const { across, stepX, stepY, width, height } = sheetOf(shape);
  const count = shape[2];
  const sheet = new Uint8ClampedArray(width * height);
  const most = Math.max(1, values.reduce((a, b) => Math.max(a, b), -Infinity) - zero_point);
  values.forEach((value, i) => {
    const channel = i % count;
    const place = Math.floor(i / count);
    const x = (place % (stepX - 1)) + (channel % across) * stepX;
    const y = Math.floor(place / (stepX - 1)) + Math.floor(channel / across) * stepY;
    sheet[y * width + x] = 12 + (243 * (value - zero_point)) / most;
  });
  paint(canvas, sheet, width);
}
