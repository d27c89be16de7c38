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
  $("maps").replaceChildren(...maps.map(({ shape: [height, width, count] }, block) => {
    const told = text.map(block + 1, count, height, width);
    const canvas = make("canvas", { width: 1, height: 1 });
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

/** All channels of a map beside each other, a pixel apart; the strongest value is the darkest. */
function tile(canvas, values, { shape: [height, width, count], zero_point }) {
  const across = Math.min(count, Math.ceil(Math.sqrt((2 * count * height) / width)));
  const [stepX, stepY] = [width + 1, height + 1];
  const sheetWidth = across * stepX - 1;
  const sheet = new Uint8ClampedArray(sheetWidth * (Math.ceil(count / across) * stepY - 1));
  const most = Math.max(1, values.reduce((a, b) => Math.max(a, b), -Infinity) - zero_point);
  values.forEach((value, i) => {
    const channel = i % count;
    const x = (Math.floor(i / count) % width) + (channel % across) * stepX;
    const y = Math.floor(i / count / width) + Math.floor(channel / across) * stepY;
    sheet[y * sheetWidth + x] = 12 + (243 * (value - zero_point)) / most;
  });
  paint(canvas, sheet, sheetWidth);
}
