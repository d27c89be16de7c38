/** The networks: a choice, and facts about the one that reads. @module */

import { $, make } from "./dom.js";
import { simd } from "./simd.js";
import { lasting, percent, rounded, share, text } from "./text.js";

/** @typedef {import("./network.js").About} About */

const times = new Map(); // by name: milliseconds of an inference

/**
 * A choice of networks, each with its size and accuracy.
 * @param {About[]} models @param {About} current @param {(about: About) => void} chosen
 */
export function makeModels(models, current, chosen) {
  $("models").replaceChildren(...models.map((about) => {
    const input = make("input", { type: "radio", name: "model", value: about.name });
    input.checked = about === current;
    input.addEventListener("change", () => chosen(about));
    return make("label", {}, input,
      make("span", {}, make("strong", { textContent: about.name }), " ",
        make("span", { className: "note" }), make("span", { className: "there" })));
  }));
  showModels(models);
}

/** What is known of each by now. @param {About[]} models */
export function showModels(models) {
  models.forEach((about, i) => {
    const parts = [text.kilobytes(rounded(fileOf(about).bytes / 1000))];
    if (about.accuracy !== null) parts.push(share(about.accuracy));
    if (times.has(about.name)) parts.push(lasting(times.get(about.name)));
    $("models").children[i].querySelector(".note").textContent = parts.join(" · ");
  });
  void showThere(models);
}

/** Whether the files are kept on this device. */
async function showThere(models) {
  if (!("caches" in window)) return; // no secure context: nothing is
  const found = await Promise.all(models.map((about) => caches.match(fileOf(about).file)));
  found.forEach((there, i) => {
    const mark = $("models").children[i]?.querySelector(".there");
    if (mark) mark.textContent = ` · ${there ? text.onPhone : text.notOnPhone}`;
  });
}

/** Show which one is chosen. @param {string | undefined} name */
export function check(name) {
  for (const input of document.querySelectorAll("[name=model]")) input.checked = input.value === name;
}

/** Facts about the network that reads. @param {About} about @param {number} time in milliseconds */
export function showFacts(about, time) {
  times.set(about.name, time);
  const rows = [
    [text.perInference, lasting(time)],
    [text.size, text.kilobytes(rounded(fileOf(about).bytes / 1000))],
    [text.instructions, simd ? text.simd : text.plain],
    [text.hash, make("span", { className: "hash", textContent: about.sha256 })],
  ];
  if (about.accuracy !== null) rows.splice(2, 0, [text.accuracy, text.accuracyOf(share(about.accuracy))]);
  $("facts").replaceChildren(...rows.map(([term, value]) =>
    make("div", {}, make("dt", { textContent: term }), make("dd", {}, value))));
}

/** From which probability on an answer is sure. @param {number} least */
export function showLeast(least) {
  $("least").value = least;
  $("least-text").textContent = text.least(percent(least));
}

/** @param {About} about */
const fileOf = (about) => about[simd ? "simd" : "plain"];
