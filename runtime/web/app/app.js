/** The page: takes pixels from the pad, the camera or a picture, and shows what the network says. */

import { Camera } from "./camera.js";
import { Network } from "./network.js";
import { simd } from "./simd.js";
import { keepOffline, watchConnection } from "./offline.js";
import { Pad } from "./pad.js";
import { PictureError, pictureIn, pixelsOf, show } from "./picture.js";
import { digits } from "./read.js";
import { text, translate } from "./text.js";
import * as view from "./view.js";

const $ = (id) => document.getElementById(id);
const CHOSEN = "thimble.model"; // the key under which the choice of a network is kept

let network = null;
let mode = "draw";
let last = null; // what was read: {found, width, height, chosen}

/** Read everything in a picture. @param {ImageData} image */
function read(image) {
  const found = digits(image);
  // A film's next picture of as many digits keeps the choice.
  const chosen = last?.found.length === found.length ? last.chosen : 0;
  last = { found, width: image.width, height: image.height, chosen };
  answer();
}

/** Show what the network says of what was last read. */
function answer() {
  view.showProblem();
  if (!network || !last) return;
  const { found, width, height, chosen } = last;
  if (!found.length) {
    nothing();
    if (mode === "picture") view.showProblem("nothing");
    return;
  }
  const { labels, maps } = network.about;
  const readings = found.map(({ pixels }) => network.read(pixels));
  view.showAnswer(readings, chosen, labels, found.map(({ isWide }) => isWide));
  view.showInside(found[chosen].pixels, readings[chosen], maps);
  const boxed = found.filter((box) => box.width);
  if (mode === "camera" || boxed.length > 1) {
    view.showBoxes(width, height, boxed, readings.map(({ best }) => labels[best]), chosen);
  } else {
    view.hideBoxes();
  }
}

function nothing() {
  last = null;
  view.showNothing();
  view.hideBoxes();
}

/** Show and read pixels that are the network's own input already. @param {Uint8Array} pixels */
function readExample(pixels) {
  select("picture");
  showPicture(true, true);
  const canvas = $("shown");
  canvas.width = canvas.height = 28;
  const image = new ImageData(28, 28);
  pixels.forEach((value, i) => image.data.fill(255 - value, 4 * i, 4 * i + 3));
  image.data.forEach((_, i) => { if (i % 4 === 3) image.data[i] = 255; });
  canvas.getContext("2d").putImageData(image, 0, 0);
  last = { found: [{ pixels }], width: 28, height: 28, chosen: 0 };
  answer();
}

// ---- where pixels come from ----

let waiting = false;
const pad = new Pad($("pad"), () => {
  $("hint").hidden = !pad.empty;
  if (waiting) return;
  waiting = true; // once a frame is enough
  requestAnimationFrame(() => {
    waiting = false;
    if (mode === "draw") read(pad.pixels());
  });
});

const camera = new Camera($("video"), (image) => {
  if (mode === "camera") read(image);
});

async function open(file) {
  select("picture");
  showPicture(false);
  nothing();
  try {
    await show(file, $("shown"));
    showPicture(true);
    read(pixelsOf($("shown")));
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    view.showProblem(error.message);
  }
}

function showPicture(there, pixelated = false) {
  $("shown").hidden = !there;
  $("shown").classList.toggle("pixelated", pixelated);
  $("hint").hidden = there;
}

/** Change where pixels come from: draw, camera or picture. */
function select(wanted) {
  if (mode === wanted) return;
  mode = document.body.dataset.source = wanted;
  camera.stop();
  camera.hold(false);
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  }
  for (const tools of document.querySelectorAll("[data-for]")) {
    tools.hidden = tools.dataset.for !== mode;
  }
  $("pad").hidden = mode !== "draw";
  $("video").hidden = mode !== "camera";
  $("shown").hidden = true;
  $("freeze").setAttribute("aria-pressed", "false");
  $("hint").hidden = mode === "draw" && !pad.empty;
  $("hint").textContent = text[`${mode}Hint`];
  nothing();
  view.showProblem();
  if (mode === "draw") read(pad.pixels());
  if (mode === "camera") startCamera();
}

async function startCamera() {
  try {
    await camera.start();
    $("hint").hidden = true;
    if (mode !== "camera") camera.stop(); // left while the browser asked
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    if (mode === "camera") view.showProblem(error.message);
  }
}

function listen() {
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.addEventListener("click", () => select(button.dataset.mode));
  }
  $("undo").addEventListener("click", () => pad.undo());
  $("clear").addEventListener("click", () => pad.clear());
  $("freeze").addEventListener("click", () => {
    camera.hold(!camera.held);
    $("freeze").setAttribute("aria-pressed", String(camera.held));
  });
  $("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) void open(file);
    event.target.value = ""; // the same file may be opened again
  });
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => take(event, event.dataTransfer));
  $("boxes").addEventListener("click", (event) => choose(boxAt(event)));
  $("digits").addEventListener("click", (event) => {
    choose([...event.currentTarget.children].indexOf(event.target));
  });
}

function take(event, transfer) {
  const file = pictureIn(transfer) ?? transfer?.files?.[0];
  if (!file) return;
  event.preventDefault();
  void open(file);
}

/** Show the details of one of the digits that were read; -1: none was meant. */
function choose(number) {
  if (!last || number < 0) return;
  last.chosen = number;
  answer();
}

/** The number of the digit whose box was tapped, or -1. */
function boxAt(event) {
  if (!last) return -1;
  const box = $("boxes").getBoundingClientRect();
  const scale = Math.min(box.width / last.width, box.height / last.height);
  const x = (event.clientX - box.left - (box.width - scale * last.width) / 2) / scale;
  const y = (event.clientY - box.top - (box.height - scale * last.height) / 2) / scale;
  return last.found.findIndex((one) =>
    x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
}

// ---- networks ----

function makeModels(models, current) {
  $("models").replaceChildren(...models.map((about) => {
    const input = view.make("input", { type: "radio", name: "model", value: about.name });
    input.checked = about === current;
    input.addEventListener("change", () => void use(about));
    return view.make("label", {}, input, view.make("span", { textContent: about.name }));
  }));
}

/** Take another network; the one before stays when it cannot be had. */
async function use(about) {
  try {
    network = await Network.load(about);
  } catch {
    view.showProblem(network ? "refused" : "broken");
    for (const input of document.querySelectorAll("[name=model]")) {
      input.checked = input.value === network?.about.name;
    }
    return;
  }
  remember(about.name);
  view.makeBars(about.labels);
  view.makeMaps(about.maps);
  view.showNothing();
  answer();
  view.showFacts(network, simd);
  document.body.dataset.model = about.name; // it is ready
}

/** Keep the choice of a network for the next visit, where the browser keeps anything. */
function remember(name) {
  try {
    localStorage.setItem(CHOSEN, name);
  } catch {
    // private windows and strict settings forbid it: the next visit begins with the first network
  }
}

function remembered() {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

async function makeExamples(labels) {
  const sheet = new Image();
  sheet.src = "examples.png";
  await sheet.decode();
  const canvas = view.make("canvas", { width: sheet.width, height: sheet.height });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(sheet, 0, 0);
  const side = 28;
  const buttons = Array.from({ length: sheet.width / side }, (_, i) => {
    const label = labels[i % labels.length];
    const context = canvas.getContext("2d");
    const { data } = context.getImageData(i * side, 0, side, side);
    const pixels = Uint8Array.from({ length: side * side }, (_, at) => data[4 * at]);
    const small = view.make("canvas", { width: side, height: side });
    small.getContext("2d").drawImage(sheet, -i * side, 0);
    const button = view.make("button", { type: "button" }, small);
    button.setAttribute("aria-label", text.example(label));
    button.addEventListener("click", () => readExample(pixels));
    return button;
  });
  $("examples").replaceChildren(...buttons);
}

async function start() {
  translate();
  listen();
  watchConnection();
  const response = await fetch("models.json");
  const { models, first } = await response.json();
  const kept = remembered();
  const current = models.find(({ name }) => name === kept)
    ?? models.find(({ name }) => name === first);
  makeModels(models, current);
  await use(current);
  if (!network && current.name !== first) await use(models.find(({ name }) => name === first));
  await makeExamples(current.labels);
  await keepOffline(() => last !== null || !pad.empty);
}

start().catch((error) => {
  console.error(error);
  if (!network) view.showProblem("broken");
});
