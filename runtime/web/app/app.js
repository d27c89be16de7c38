/** The page: brings things of the world to the network, and shows what it says of them. @module */

import { showAnswer, showNothing, showProblem, verdict } from "./answer.js";
import { boxAt, hideBoxes, showBoxes } from "./boxes.js";
import { $, make, memory, press } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { clearInside, makeInside, showMaps, showSeen, wanted } from "./inside.js";
import { check, makeModels, showFacts, showLeast, showModels } from "./models.js";
import { keepOffline, shared, showConnection, watchConnection } from "./offline.js";
import { draw, SIDE } from "./pad.js";
import { Reader } from "./reader.js";
import { Sources } from "./sources.js";
import { keep } from "./strip.js";
import { speak, text, translate } from "./text.js";
import { offered } from "./tasks.js";

/** @typedef {import("./network.js").About} About */

let app = null; // models.json
let about = null; // the network that reads
let kind = null; // what is offered for its task
let terms = null; // of answers
let last = null; // what was read: a Result with the picture's size, and which is chosen
let loads = 0; // choices of a network so far

const reader = new Reader(() => showProblem("failed"));

// ---- reading ----

/**
 * Read a thing and show what is said of it.
 * @param {object} thing @param {Transferable[]} given
 * @param {{width?: number, height?: number, calm?: (result: any) => any}} how
 *   `calm` mixes it with what was read before, where it is one picture of a film
 */
async function read(thing, given, { calm = (one) => one, ...picture } = {}) {
  try {
    const result = await reader.read(thing, given);
    if (result) accept({ ...picture, ...calm(result) });
  } catch (error) {
    nothing();
    complain(error);
  }
}

function complain({ name, message, details = [] }) {
  if (name !== "Error" || !(message in text)) throw new Error(message);
  showProblem(message, ...details);
}

/** Show a result. */
function accept(result) {
  // A film's next picture of as many things keeps the choice.
  const chosen = last?.found.length === result.found.length ? last.chosen : 0;
  last = { ...result, chosen };
  show();
}

function show() {
  showProblem();
  if (!last?.found.length) {
    nothing();
    if (sources.mode === "picture") showProblem("nothing");
    return;
  }
  const { found, readings, chosen } = last;
  showAnswer(last, chosen, terms);
  showSeen(found[chosen].values, about.contract.task);
  sources.tell(last);
  void lookInside();
  const boxed = found.filter((one) => one.width);
  if (boxed.length && sources.mode !== "draw" || boxed.length > 1) {
    const labels = readings.map((one) => verdict(one, terms).said);
    showBoxes(last, boxed, labels, chosen);
  } else {
    hideBoxes();
  }
}

let looking = false;

/** Show the maps of what is chosen, where somebody can see them. */
async function lookInside() {
  if (looking || !last) return; // the next one
  looking = true;
  const numbers = wanted();
  const [asked, maps] = [about, await reader.maps(last.chosen, numbers)];
  looking = false;
  if (asked === about && last) showMaps(about.maps, numbers, maps);
}

function nothing() {
  reader.forget();
  last = null;
  showNothing(terms);
  clearInside();
  hideBoxes();
}

/** Show the details of one of the things that were read; -1: none was meant. */
function choose(number) {
  if (!last || number < 0) return;
  last.chosen = number;
  show();
}

const sources = new Sources({ read, nothing, problem: showProblem, keep: keepAnswer });

/** Put what was read last, and its picture, into the strip. @param {HTMLCanvasElement} canvas */
function keepAnswer(canvas) {
  if (!last?.found.length) return;
  // As the picture is read when it is shown again: without the frames before it.
  const readings = last.alone ?? last.readings;
  const { said, sure } = verdict(readings[last.chosen], terms);
  const all = readings.map((one) => verdict(one, terms).said).join(" ");
  void keep(canvas, { said: terms.digits ? all : said, about: text.keptOne(said, sure) },
    (picture) => void sources.showPicture(picture));
}

// ---- networks ----

/** Take another network; the one before stays when it cannot be had, and the last choice counts. */
async function use(wish) {
  const number = ++loads;
  document.body.setAttribute("aria-busy", "true");
  if (!last) $("sure").textContent = text.loading(wish.name);
  let problem = "";
  let time = 0;
  try {
    ({ time } = await reader.load(wish));
    about = wish;
  } catch {
    problem = about ? "refused" : "broken";
  }
  if (number !== loads) return;
  document.body.removeAttribute("aria-busy");
  check(about?.name);
  if (about && !problem) await arrange(time);
  showProblem(problem);
}

/** Show what belongs to the network of now. @param {number} time of an inference, in milliseconds */
async function arrange(time) {
  memory.set("model", about.name);
  const { task, outputs } = about.contract;
  const before = kind;
  kind = offered(about);
  speak(task.kind, app.words);
  showConnection();
  const least = memory.get(`least.${about.name}`) ?? kind.least;
  terms = { outputs, least, columns: kind.columns, digits: task.kind === "digits" };
  document.body.dataset.kind = task.kind;
  $("least-label").hidden = outputs[0].kind !== "classes";
  showLeast(least);
  makeInside(about, () => void lookInside());
  showFacts(about, time);
  showModels(app.models);
  makeExamples(task.kind);
  const again = before?.modes.join() === kind.modes.join();
  await sources.offer(kind, about, app.rate, again);
  if (again) await reconsider();
  document.body.dataset.model = about.name; // it is ready
}

/** Read once more, with another network, what was read last, or is about to be. */
async function reconsider() {
  if (!last) {
    showNothing(terms);
    clearInside();
    sources.refresh();
    return;
  }
  const result = await reader.again();
  if (result) accept({ ...last, alone: undefined, ...result });
}

/** Digits that draw themselves on the pad. */
function makeExamples(task) {
  document.querySelector(".examples").hidden = task !== "digits";
  if (task !== "digits" || $("examples").children.length) return;
  $("examples").replaceChildren(...EXAMPLES.map(([digit, lines]) => {
    const strokes = lines.map((points) => (
      { width: 18, points: points.map(([x, y]) => [x * SIDE, y * SIDE]) }));
    const small = make("canvas", { width: 96, height: 96 });
    const context = small.getContext("2d");
    context.scale(96 / SIDE, 96 / SIDE);
    draw(context, strokes);
    const button = make("button", { type: "button" }, small);
    button.setAttribute("aria-label", text.example(digit));
    button.addEventListener("click", () => sources.drawThis(strokes));
    return button;
  }));
}

function listen() {
  $("boxes").addEventListener("click", (event) => {
    if (last) choose(boxAt(event, last, last.found));
  });
  $("said").addEventListener("click", ({ target }) => {
    if (target.tagName === "BUTTON") choose([...$("said").children].indexOf(target));
  });
  $("which").addEventListener("input", () => choose(Number($("which").value)));
  $("least").addEventListener("input", () => {
    terms.least = Number($("least").value);
    memory.set(`least.${about.name}`, terms.least);
    showLeast(terms.least);
    if (last) show();
  });
}

async function start() {
  translate();
  listen();
  watchConnection();
  if (typeof WebAssembly !== "object") {
    document.body.removeAttribute("aria-busy");
    document.body.dataset.broken = "";
    showProblem("noWasm");
    return;
  }
  app = await (await fetch("models.json")).json();
  const { models, first } = app;
  const current = models.find(({ name }) => name === memory.get("model"))
    ?? models.find(({ name }) => name === first);
  speak(current.contract.task.kind, app.words);
  makeModels(models, current, (wish) => void use(wish));
  await use(current);
  if (!about && current.name !== first) await use(models.find(({ name }) => name === first));
  sources.restore();
  const file = await shared();
  if (file) await sources.open(file);
  navigator.serviceWorker?.ready.then(() => showModels(models)); // now they are kept
  await keepOffline({ busy: () => last !== null || sources.busy, leave: () => sources.store() });
}

start().catch((error) => {
  console.error(error);
  if (!about) showProblem("broken");
});
