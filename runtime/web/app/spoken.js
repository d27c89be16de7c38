/**
 * What a screen reader says of the answer: once it has stood for a moment, and never the same twice.
 * @module
 */

import { $ } from "./dom.js";

const REST = 900; // milliseconds that an answer must stand
let timer = 0;
let waiting = "";

/** @param {string} words */
export function speakOf(words) {
  if (words === waiting) return;
  waiting = words;
  clearTimeout(timer);
  timer = setTimeout(() => {
    if ($("spoken").textContent !== words) $("spoken").textContent = words;
  }, REST);
}
