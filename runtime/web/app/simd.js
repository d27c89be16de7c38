/** Which of a network's two modules can be run here. @module */

/** A module of one function with a SIMD instruction: i8x16.popcnt of a splat. */
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** Whether this browser, or Node.js, has WebAssembly's SIMD. */
export const simd = typeof WebAssembly === "object" && WebAssembly.validate(PROBE);
