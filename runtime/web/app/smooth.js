/**
 * Calm answers from a film: what is read in one frame is mixed with what was read there before, and
 * something that comes or goes for a single frame does not show.
 * @module
 */

/** @typedef {import("./reader.js").Result} Result */

/** How much a new frame counts beside all before it. */
const NEW = 0.45;

/** So many frames in a row must show another number of things before it is believed. */
const PATIENCE = 2;

export class Smoother {
  #shown = null; // Result
  #odd = 0; // frames that showed another number

  /** The next thing is another film. */
  reset() {
    this.#shown = null;
    this.#odd = 0;
  }

  /**
   * @param {Result} result of one frame
   * @returns {Result} to be shown; `alone` has the readings of that frame alone
   */
  next(result) {
    const before = this.#shown;
    if (before?.found.length && before.found.length !== result.found.length) {
      if (++this.#odd < PATIENCE) return before;
      this.#shown = null;
    }
    this.#odd = 0;
    const readings = result.readings.map((reading, i) => {
      const place = this.#shown?.found.findIndex((one) => overlaps(one, result.found[i])) ?? -1;
      return place < 0 ? reading : mixed(this.#shown.readings[place], reading);
    });
    return (this.#shown = { ...result, readings, alone: result.readings });
  }
}

/** Whether two places are about the same; what has no place is the whole picture. */
function overlaps(one, other) {
  if (one.width === undefined || other.width === undefined) return true;
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (across <= 0 || down <= 0) return false;
  const both = across * down;
  return both / (one.width * one.height + other.width * other.height - both) > 0.3;
}

function mixed(before, now) {
  const answers = now.answers.map((answer, i) => {
    const old = before.answers[i];
    if (answer.kind !== "classes") return answer;
    const probabilities = answer.probabilities.map(
      (value, c) => NEW * value + (1 - NEW) * old.probabilities[c]);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { ...answer, probabilities, best };
  });
  return { ...now, answers };
}
