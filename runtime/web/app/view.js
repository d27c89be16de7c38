/** What is shown of an answer. */

import { percent, rounded, text } from "./text.js";

const FINE = 1024; // pixels of the boxes' canvas, on its longer side
const SURE = 0.9; // below, the page says that it does not know
const $ = (id) => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** One bar for each class. @param {string[]} labels */
export function makeBars(labels) {
  $("bars").replaceChildren(
    ...labels.map((label) =>
      make("li", {},
        make("span", { className: "bar" }, make("span", { className: "level" })),
        make("span", { textContent: label }),
        make("span", { className: "hidden share" }))));
}

/**
 * Show what was read.
 * @param {import("./network.js").Reading[]} readings  of each digit, in the order of reading
 * @param {number} chosen  whose details are shown
 * @param {string[]} labels
 * @param {boolean[]} wide  which may be two digits that touch
 */
export function showAnswer(readings, chosen, labels, wide) {
  const { probabilities, best } = readings[chosen];
  const sure = probabilities[best];
  const doubts = readings.map((one, i) => wide[i] || one.probabilities[one.best] < SURE);
  showDigits(readings.map((reading) => labels[reading.best]), chosen, doubts);
  const several = text.several(readings.length, doubts.filter(Boolean).length);
  const single = wide[0] ? text.touching : sure < SURE ? text.unsure : text.sure;
  $("sure").textContent = readings.length > 1 ? several : single(percent(sure));
  document.body.classList.toggle("unsure", readings.length === 1 && doubts[0]);
  showBars(probabilities, best);
}

/** The digits that were read: one, or a button for each, to choose whose details are shown. */
function showDigits(digits, chosen, doubts) {
  const shown = [...$("digits").children];
  const same = shown.map(({ textContent }) => textContent).join() === digits.join();
  if (!same || !shown.length) { // buttons stay while the camera sees the same, to be pressed
    const kind = digits.length > 1 ? "button" : "span";
    $("digits").replaceChildren(...digits.map((textContent) => make(kind, { textContent })));
  }
  [...$("digits").querySelectorAll("button")].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(i === chosen));
    button.classList.toggle("doubted", doubts[i]);
  });
}

function showBars(probabilities, best) {
  [...$("bars").children].forEach((row, i) => {
    row.classList.toggle("best", i === best);
    row.querySelector(".level").style.height = `${100 * probabilities[i]}%`;
    row.querySelector(".share").textContent = `: ${percent(probabilities[i])}`;
  });
}

/** Show that there is no answer. */
export function showNothing() {
  $("digits").textContent = "\u00a0";
  $("sure").textContent = "";
  document.body.classList.remove("unsure");
  showBars([...$("bars").children].map(() => 0), -1);
  paint($("seen"), new Uint8ClampedArray(28 * 28), 28);
  for (const canvas of $("maps").querySelectorAll("canvas")) {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }
}

/** What is wrong, or nothing. @param {string} key of the texts */
export function showProblem(key = "") {
  $("problem").textContent = key && text[key];
}

/** Room for the feature maps of each block. @param {import("./network.js").MapAbout[]} maps */
export function makeMaps(maps) {
  $("maps").replaceChildren(...maps.map(({ shape: [height, width, count] }, block) => {
    const about = text.map(block + 1, count, height, width);
    const canvas = make("canvas", { width: 1, height: 1 });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", about);
    return make("figure", {}, canvas, make("figcaption", { textContent: about }));
  }));
}

/**
 * Show what the network sees, and what its blocks make of it.
 * @param {Uint8Array} pixels @param {import("./network.js").Reading} reading
 * @param {import("./network.js").MapAbout[]} about
 */
export function showInside(pixels, reading, about) {
  paint($("seen"), pixels, 28);
  const canvases = $("maps").querySelectorAll("canvas");
  about.forEach((map, block) => tile(canvases[block], reading.maps[block], map));
}

/** Grey values, 0 paper to 255 ink, as ink of the page's colour. */
function paint(canvas, values, width) {
  canvas.width = width;
  canvas.height = values.length / width;
  const image = new ImageData(width, canvas.height);
  values.forEach((value, i) => { image.data[4 * i + 3] = value; });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** All channels of a map beside each other, a pixel apart; the strongest value is the darkest. */
function tile(canvas, values, { shape: [height, width, count], zero_point }) {
  const across = Math.min(count, Math.ceil(Math.sqrt(2 * count)));
  const [stepX, stepY] = [width + 1, height + 1];
  const sheetWidth = across * stepX - 1;
  const sheet = new Uint8ClampedArray(sheetWidth * (Math.ceil(count / across) * stepY - 1));
  const most = Math.max(1, values.reduce((a, b) => Math.max(a, b)) - zero_point);
  values.forEach((value, i) => {
    const channel = i % count;
    const x = (Math.floor(i / count) % width) + (channel % across) * stepX;
    const y = Math.floor(i / count / width) + Math.floor(channel / across) * stepY;
    sheet[y * sheetWidth + x] = 12 + 243 * (value - zero_point) / most;
  });
  paint(canvas, sheet, sheetWidth);
}

/** Boxes around digits, over the picture that they were read in. */
export function showBoxes(width, height, boxes, labels, chosen) {
  const canvas = $("boxes");
  const scale = FINE / Math.max(width, height);
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const unit = Math.max(width, height) / 256;
  boxes.forEach((box, i) => {
    context.lineWidth = (i === chosen ? 3 : 1.5) * unit;
    context.strokeStyle = "#e8743b";
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.font = `bold ${18 * unit}px system-ui, sans-serif`;
    context.lineWidth = 4 * unit;
    context.strokeStyle = "#fff";
    context.fillStyle = "#b4441a";
    const at = [box.x, Math.max(18 * unit, box.y - 4 * unit)];
    context.strokeText(labels[i], ...at);
    context.fillText(labels[i], ...at);
  });
}

export function hideBoxes() {
  $("boxes").width = $("boxes").height = 1;
}

/** Facts about the network. @param {import("./network.js").Network} network @param {boolean} simd */
export function showFacts(network, simd) {
  const { about } = network;
  const time = network.time();
  const rows = [
    [text.perInference, time < 1
      ? text.microseconds(rounded(1000 * time)) : text.milliseconds(rounded(time))],
    [text.size, text.kilobytes(rounded(about[simd ? "simd" : "plain"].bytes / 1000))],
    [text.instructions, simd ? text.simd : text.plain],
    [text.hash, make("span", { className: "hash", textContent: about.sha256 })],
  ];
  $("facts").replaceChildren(...rows.map(([term, value]) =>
    make("div", {}, make("dt", { textContent: term }), make("dd", {}, value))));
}
