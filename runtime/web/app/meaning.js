/**
 * What the outputs of a network mean: runtime/tasks/meaning.py in JavaScript.
 * @module
 */

/**
 * What contract.json says of an output.
 * @typedef {{kind: "classes", labels: string[], temperature?: number, none_logit?: number,
 *   threshold?: number | null,
 *   scores: "logits" | "probabilities" | "independent" | "binary"}} Classes
 * @typedef {{kind: "values", names: string[]}} Values
 * @typedef {{kind: "reconstruction", size: number, threshold: number | null}} Reconstruction
 * @typedef {Classes | Values | Reconstruction} Meaning
 */

/**
 * What an output says of one example.
 * @typedef {{kind: "classes", probabilities: Float32Array, best: number}} Chosen
 * @typedef {{kind: "values", values: Float32Array}} Told
 * @typedef {{kind: "reconstruction", error: number, isOdd: boolean}} Judged
 * @typedef {Chosen | Told | Judged} Answer
 */

/**
 * What an output says.
 * @param {Meaning} meaning
 * @param {Float32Array} values the output, real
 * @param {Float32Array} given the network's input, real
 * @returns {Answer}
 */
export function answer(meaning, values, given) {
  if (meaning.kind === "classes") return chosen(meaning, values);
  if (meaning.kind === "values") return { kind: "values", values };
  const error = distance(given, values);
  return { kind: "reconstruction", error, isOdd: error > (meaning.threshold ?? Infinity) };
}

/**
 * @param {Classes} meaning
 * @param {Float32Array} values
 * @returns {Chosen}
 */
function chosen(meaning, values) {
  const scores = meaning.scores === "binary"
    ? Float32Array.of(1 - values[0], values[0]) : values;
  const { none_logit: none } = meaning; // of none of the classes, in the softmax
  const wide = none === undefined ? scores : Float32Array.of(...scores, none);
  const probabilities = meaning.scores === "logits"
    ? softmax(wide, meaning.temperature ?? 1).subarray(0, scores.length)
    : scores.map((score) => Math.min(Math.max(score, 0), 1));
  return { kind: "classes", probabilities, best: scores.indexOf(largest(scores)) };
}

/**
 * Whether what was seen is none of the classes.
 * @param {Chosen} answer
 * @param {Classes} meaning
 * @returns {boolean}
 */
export function isNone({ probabilities, best }, { threshold }) {
  return probabilities[best] < Math.fround(threshold ?? 0);
}

/**
 * Probabilities from logits, in float64 until the last step.
 * @param {Float32Array} scores
 * @param {number} temperature
 * @returns {Float32Array}
 */
export function softmax(scores, temperature = 1) {
  const most = largest(scores);
  const powers = Float64Array.from(scores, (score) => Math.exp((score - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/** @param {Float32Array} values */
const largest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/**
 * The mean squared difference.
 * @param {Float32Array} given
 * @param {Float32Array} found
 */
function distance(given, found) {
  let sum = 0;
  for (let i = 0; i < given.length; i++) sum += Math.fround(given[i] - found[i]) ** 2;
  return Math.fround(sum / given.length);
}
