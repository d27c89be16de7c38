/** What the page says, in the browser's language; a kind of task has words of its own. @module */

import { ENGLISH } from "./text-en.js";
import { FRENCH } from "./text-fr.js";

const french = navigator.language.toLowerCase().startsWith("fr");

export const language = french ? "fr" : "en";
const words = french ? FRENCH : ENGLISH;

/** The texts by their keys. */
export const text = { ...words.all };

/** What labels are called here, where the app brings names in this language. */
let labels = {};

/**
 * Say what belongs to a kind of task, with the app's own words over all.
 * @param {string} kind  "digits", "image" or "tensor"
 * @param {Record<string, Record<string, any>>} own  by language, then by key
 */
export function speak(kind, own = {}) {
  const { labels: named, ...rest } = own[language] ?? {};
  Object.assign(text, words.all, words[kind], rest);
  labels = named ?? {};
  translate();
}

/** What a class is called. @param {string} label */
export const named = (label) => labels[label] ?? label;

/** Put the texts into the elements that name them. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text[element.dataset.text];
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text[element.dataset.label]);
  }
}

const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const numbers = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
const values = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });

/** A share of 0 to 1 as the language writes it; no network is wholly sure. */
export const percent = (share) => percents.format(Math.min(share, 0.999));

/** A share that was measured. */
export const share = (value) =>
  new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 }).format(value);

/** A number with two significant digits. */
export const rounded = (value) => numbers.format(value);

/** A number that the network gives. */
export const precise = (value) => values.format(value);

/** A time. @param {number} milliseconds */
export const lasting = (milliseconds) => (milliseconds < 1
  ? text.microseconds(rounded(1000 * milliseconds)) : text.milliseconds(rounded(milliseconds)));

