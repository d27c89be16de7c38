/**
 * From stored values to what a network takes: runtime/tasks/scaling.py and `quantize` of
 * runtime/image.py in JavaScript, each step rounded to float32 as there.
 * @module
 */

import { round } from "./arrays.js";

/**
 * @typedef {object} Scaling
 * @property {number[]} mean one for all, or one for each channel, the last axis
 * @property {number[]} deviation as many
 */

const TYPES = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array };
const LIMITS = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767] };

/**
 * `(value - mean) / deviation`.
 * @param {ArrayLike<number>} values [..., channels]
 * @param {Scaling} scaling
 * @returns {Float32Array} as many
 */
export function real(values, { mean, deviation }) {
  const [means, deviations] = [Float32Array.from(mean), Float32Array.from(deviation)];
  const result = new Float32Array(values.length);
  for (let i = 0; i < result.length; i++) {
    const c = i % means.length;
    result[i] = Math.fround(Math.fround(values[i]) - means[c]) / deviations[c];
  }
  return result;
}

/**
 * Real values in steps of `scale` from `zero_point`, half to even, clipped to the type. What is no number
 * becomes the zero point.
 * @param {Float32Array} values
 * @param {{scale: number, zero_point: number, type: "int8" | "uint8" | "int16"}} tensor
 * @returns {Int8Array | Uint8Array | Int16Array} as many
 */
export function quantized(values, { scale, zero_point, type }) {
  const step = Math.fround(scale);
  const [least, most] = LIMITS[type];
  const result = new TYPES[type](values.length);
  for (let i = 0; i < result.length; i++) {
    const code = Number.isNaN(values[i]) ? 0 : round(Math.fround(values[i] / step));
    result[i] = Math.min(Math.max(code + zero_point, least), most);
  }
  return result;
}
