/** What the page offers for each kind of task. @module */

import { channels } from "./motion.js";

/**
 * @typedef {object} Kind
 * @property {string[]} modes  where things come from, the first is shown first
 * @property {number} least  an answer below this probability is not sure, if the user says no other
 * @property {boolean} square  whether the camera looks at a square in its middle
 * @property {number} longest  pixels of a picture's longer side that are kept
 * @property {boolean} columns  whether bars stand upright, one for each class
 */

/** @type {Record<string, Kind>} */
const KINDS = {
  digits: {
    modes: ["draw", "camera", "picture", "collect"],
    least: 0.9, square: true, longest: 1024, columns: true,
  },
  image: {
    modes: ["picture", "camera", "collect"],
    least: 0.5, square: false, longest: 4096, columns: false,
  },
  tensor: {
    modes: ["motion", "table", "collect"],
    least: 0.5, square: false, longest: 1024, columns: false,
  },
};

/**
 * What is offered for a network.
 * @param {import("./network.js").About} about
 * @returns {Kind}
 */
export function offered({ contract: { task } }) {
  const kind = KINDS[task.kind];
  const moving = task.kind !== "tensor" || (task.step && channels(task.columns));
  return moving ? kind : { ...kind, modes: kind.modes.filter((mode) => mode !== "motion") };
}
