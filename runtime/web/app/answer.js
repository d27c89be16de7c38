/** What is said of what was read. @module */

import { $, make } from "./dom.js";
import { isNone } from "./meaning.js";
import { speakOf } from "./spoken.js";
import { named, percent, precise, text } from "./text.js";

const TOP = 5; // classes that have a bar where not all have
const LETTERS = 2; // a longer word is written smaller

/**
 * What is shown of the answers: the meaning of the network's outputs, and what is sure.
 * @typedef {object} Terms
 * @property {import("./meaning.js").Meaning[]} outputs
 * @property {number} least  an answer below this probability is not sure
 * @property {boolean} columns  whether bars stand upright, one for each class
 * @property {boolean} digits  whether a doubtful answer is shown all the same
 */

/**
 * One answer in words.
 * @typedef {{said: string, sure: string, doubted: boolean}} Verdict
 */

/**
 * @param {import("./network.js").Reading} reading
 * @param {Terms} terms
 * @param {boolean} isWide  it may be two that touch
 * @returns {Verdict}
 */
export function verdict({ answers: [answer] }, { outputs: [meaning], least, digits }, isWide = false) {
  if (answer.kind === "values") {
    const [first] = answer.values;
    return { said: precise(first), sure: meaning.names[0], doubted: false };
  }
  if (answer.kind === "reconstruction") {
    const limit = meaning.threshold === null ? "" : precise(meaning.threshold);
    const said = limit ? (answer.isOdd ? text.odd : text.usual) : precise(answer.error);
    return { said, sure: text.error(precise(answer.error), limit), doubted: answer.isOdd };
  }
  const label = named(meaning.labels[answer.best]);
  const share = percent(answer.probabilities[answer.best]);
  if (isNone(answer, meaning)) {
    return { said: text.none, sure: text.noneSure(share, label), doubted: true };
  }
  if (isWide) return { said: label, sure: text.touching(share), doubted: true };
  const doubted = answer.probabilities[answer.best] < least;
  if (!doubted) return { said: label, sure: text.sure(share), doubted };
  return { said: digits ? label : text.notSure, sure: text.unsure(share, label), doubted };
}

/**
 * Show what was read.
 * @param {import("./reader.js").Result} result
 * @param {number} chosen  whose details are shown
 * @param {Terms} terms
 */
export function showAnswer({ found, readings }, chosen, terms) {
  const verdicts = readings.map((one, i) => verdict(one, terms, found[i].isWide));
  const one = verdicts[chosen];
  const many = readings.length > 1;
  const doubts = verdicts.filter(({ doubted }) => doubted).length;
  showSaid(verdicts, chosen, many && terms.digits);
  $("sure").textContent = many && terms.digits ? text.several(readings.length, doubts) : one.sure;
  $("which-label").hidden = !many || terms.digits;
  $("which").max = readings.length - 1;
  $("which").value = chosen;
  document.body.classList.toggle("unsure", !(many && terms.digits) && one.doubted);
  document.body.classList.add("answered");
  showBars(readings[chosen], terms);
  speakOf(many && terms.digits
    ? `${verdicts.map(({ said }) => said).join(" ")}, ${$("sure").textContent}`
    : `${one.said}, ${one.sure}`);
}

/** One answer, or a button for each, to choose whose details are shown. */
function showSaid(verdicts, chosen, several) {
  const wanted = several ? verdicts : [verdicts[chosen]];
  // In a row what is none of the digits is a mark; its button says it in words.
  const marks = wanted.map(({ said }) => (several && said === text.none ? "?" : said));
  const shown = [...$("said").children];
  const same = shown.length === marks.length
    && shown.every((one, i) => one.textContent === marks[i] && (one.tagName === "BUTTON") === several);
  if (!same) { // buttons stay while the camera sees the same, to be pressed
    $("said").replaceChildren(
      ...marks.map((textContent) => make(several ? "button" : "span", { textContent })));
  }
  $("said").classList.toggle("word", !several && marks[0].length > LETTERS);
  [...$("said").querySelectorAll("button")].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(i === chosen));
    if (marks[i] !== wanted[i].said) button.setAttribute("aria-label", wanted[i].said);
    button.classList.toggle("doubted", wanted[i].doubted);
  });
}

/** A bar for each class, or for the most probable ones, or a number for each value. */
function showBars({ answers }, { outputs, columns }) {
  $("bars").classList.toggle("columns", columns);
  const rows = answers.flatMap((answer, i) => bars(answer, outputs[i], columns, i > 0));
  const list = $("bars");
  while (list.children.length > rows.length) list.lastChild.remove();
  while (list.children.length < rows.length) {
    list.append(make("li", {},
      make("span", { className: "bar" }, make("span", { className: "level" })),
      make("span", { className: "name" }), make("span", { className: "share" })));
  }
  rows.forEach(({ name, share, level, best }, i) => {
    const row = list.children[i];
    row.classList.toggle("best", best);
    row.classList.toggle("plain", level === null);
    const size = `${100 * (level ?? 0)}%`;
    Object.assign(row.querySelector(".level").style, columns ? { height: size, width: "" } : { width: size, height: "" });
    row.querySelector(".name").textContent = name;
    row.querySelector(".share").textContent = columns ? `: ${share}` : share;
  });
}

function bars(answer, meaning, columns, further) {
  if (answer.kind === "values") {
    return meaning.names.map((name, i) => (
      { name: named(name), share: precise(answer.values[i]), level: null, best: false }));
  }
  if (answer.kind === "reconstruction") return [];
  const { probabilities, best } = answer;
  const order = [...probabilities.keys()];
  if (!columns) order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return order.slice(0, columns && !further ? undefined : TOP).map((c) => ({
    name: named(meaning.labels[c]),
    share: percent(probabilities[c]),
    level: probabilities[c],
    best: c === best,
  }));
}

/** Show that there is no answer. @param {Terms | null} terms */
export function showNothing(terms) {
  $("said").replaceChildren();
  $("sure").textContent = text.empty;
  $("which-label").hidden = true;
  document.body.classList.remove("unsure", "answered");
  const [meaning] = terms?.outputs ?? [];
  if (meaning?.kind === "classes" && terms.columns) {
    const probabilities = new Float32Array(meaning.labels.length);
    showBars({ answers: [{ kind: "classes", probabilities, best: -1 }] }, terms);
  } else {
    $("bars").replaceChildren();
  }
  speakOf("");
}

/**
 * What is wrong, or nothing.
 * @param {string} key of the texts
 * @param {...(string | number)} details that belong into it
 */
export function showProblem(key = "", ...details) {
  const found = text[key] ?? "";
  $("problem").textContent = typeof found === "function" ? found(...details) : found;
}
