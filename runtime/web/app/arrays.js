/**
 * Operations on arrays whose results are defined to the last bit: runtime/arrays.py in JavaScript.
 *
 * All is float64, each operation rounded by itself, and sums add in the order of the indices, as
 * there; so the results are the same bits. Functions have the names that they have there.
 * @module
 */

/**
 * A picture in float64.
 * @typedef {object} Grey
 * @property {Float64Array} values [height, width], row by row
 * @property {number} height in pixels
 * @property {number} width in pixels
 */

/**
 * The sum of `values`, added from the first to the last.
 * @param {Float64Array} values [n]
 * @returns {number}
 */
export function total(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/**
 * The largest of `values`.
 * @param {Float64Array} values [n], n > 0
 * @returns {number}
 */
export function largest(values) {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}

/**
 * `value`, or the nearer end of 0..1.
 * @param {number} value
 * @returns {number}
 */
export function clip(value) {
  return Math.min(Math.max(value, 0), 1);
}

/**
 * Which of `values` are above `limit`.
 * @param {Float64Array} values [n]
 * @param {number} limit
 * @returns {Uint8Array} [n], 0 or 1
 */
export function above(values, limit) {
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = Number(values[i] > limit);
  return mask;
}

/**
 * Those of `values` that `mask` shows, in their order.
 * @param {Float64Array} values [n]
 * @param {Uint8Array} mask [n], 0 or 1
 * @returns {Float64Array} [how many are 1]
 */
export function shown(values, mask) {
  const result = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (mask[i]) result[count++] = values[i];
  return result.subarray(0, count);
}

/**
 * `value` as an integer, half to even: Python's round() and NumPy's rint.
 * @param {number} value
 * @returns {number}
 */
export function round(value) {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/**
 * The value below which `share` of `values` lie, linear between the two next to it.
 * @param {Float64Array} values [n], n > 0
 * @param {number} share 0..1
 * @returns {number}
 */
export function quantile(values, share) {
  const place = (values.length - 1) * share;
  const below = Math.floor(place);
  const ordered = partition(values.slice(), below);
  const low = ordered[below];
  let high = low;
  for (let i = below + 1; i < ordered.length; i++) {
    if (i === below + 1 || ordered[i] < high) high = ordered[i];
  }
  return low + (high - low) * (place - below);
}

/**
 * Reorder `values` so that values[k] is what sorting puts there, with none larger before it and
 * none smaller behind it: Hoare's quickselect.
 * @param {Float64Array} values [n]; changed
 * @param {number} k 0..n - 1
 * @returns {Float64Array} `values`
 */
function partition(values, k) {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j], values[i]];
      i++;
      j--;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values;
}

/**
 * The picture with rows as columns.
 * @param {Grey} picture
 * @returns {Grey}
 */
export function transpose({ values, height, width }) {
  const turned = new Float64Array(values.length);
  for (let x = 0, i = 0; x < width; x++) {
    for (let y = 0, j = x; y < height; y++, i++, j += width) turned[i] = values[j];
  }
  return { values: turned, height: width, width: height };
}

/**
 * The part of a picture in the bounding box of a mask.
 * @param {Grey} picture
 * @param {Uint8Array} mask [height, width], 0 or 1, not all 0
 * @returns {{picture: Grey, top: number, left: number}}
 */
export function crop({ values, height, width }, mask) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!mask[i]) continue;
      top = Math.min(top, y);
      bottom = y + 1;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  }
  const result = new Float64Array((bottom - top) * (right - left));
  for (let y = top; y < bottom; y++) {
    result.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return { picture: { values: result, height: bottom - top, width: right - left }, top, left };
}

/**
 * The largest of the 2 * radius + 1 values around each, down the columns; outside is -infinity.
 * @param {Grey} picture
 * @param {number} radius in pixels
 * @returns {Grey}
 */
export function slideMax({ values, height, width }, radius) {
  let count = (height + 2 * radius) * width;
  const wide = new Float64Array(count).fill(-Infinity);
  wide.set(values, radius * width);
  const window = 2 * radius + 1;
  let span = 1; // wide[i] is the maximum of `span` rows from i on
  while (span < window) {
    const step = Math.min(span, window - span);
    count -= step * width;
    for (let i = 0, j = step * width; i < count; i++, j++) {
      if (wide[j] > wide[i]) wide[i] = wide[j];
    }
    span += step;
  }
  return { values: wide.subarray(0, count), height, width };
}

/**
 * The sum of the 2 * radius + 1 values around each, down the columns, over that count.
 *
 * By differences of running sums; outside is 0.
 * @param {Grey} picture
 * @param {number} radius in pixels
 * @returns {Grey}
 */
export function slideMean({ values, height, width }, radius) {
  const sums = new Float64Array((height + 1) * width); // row y: the sum of the rows before y
  for (let i = 0; i < values.length; i++) sums[i + width] = sums[i] + values[i];
  const window = 2 * radius + 1;
  const means = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    const from = Math.max(y - radius, 0) * width;
    const to = Math.min(y + radius + 1, height) * width;
    for (let x = 0; x < width; x++) {
      means[y * width + x] = (sums[to + x] - sums[from + x]) / window;
    }
  }
  return { values: means, height, width };
}

/**
 * Scale to [height, width]; every output pixel is a weighted mean of what it covers.
 * @param {Grey} picture
 * @param {number} height in pixels
 * @param {number} width in pixels
 * @returns {Grey}
 */
export function resample(picture, height, width) {
  return transpose(resampleRows(transpose(resampleRows(picture, height)), width));
}

/**
 * Scale [rows, n] to [count, n]: triangles, one target row to each side of its centre. When
 * enlarging, one source row to each side: linear interpolation. Equal sizes: the identity.
 * @param {Grey} picture
 * @param {number} count
 * @returns {Grey}
 */
function resampleRows({ values, height, width }, count) {
  const scale = height / count;
  const reach = Math.max(scale, 1);
  const result = new Float64Array(count * width);
  for (let row = 0; row < count; row++) {
    const centre = (row + 0.5) * scale;
    const first = Math.max(Math.floor(centre - reach), 0);
    const end = Math.min(Math.floor(centre - reach) + Math.ceil(2 * reach) + 1, height);
    const triangle = new Float64Array(end - first);
    for (let i = 0; i < triangle.length; i++) {
      triangle[i] = Math.max(0, 1 - Math.abs(first + i + 0.5 - centre) / reach);
    }
    const sum = total(triangle);
    for (let i = 0; i < triangle.length; i++) {
      const share = triangle[i] / sum;
      const source = (first + i) * width;
      for (let x = 0; x < width; x++) result[row * width + x] += share * values[source + x];
    }
  }
  return { values: result, height: count, width };
}

/**
 * Number the 8-connected components of a mask from 1, in the order of their first pixels.
 * @param {Uint8Array} mask [height, width], 0 or 1
 * @param {number} height in pixels
 * @param {number} width in pixels
 * @returns {{names: Int32Array, count: number}} names [height, width], 0 outside
 */
export function components(mask, height, width) {
  const names = new Int32Array(mask.length);
  const open = new Int32Array(mask.length); // a stack; each pixel enters it once
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || names[start]) continue;
    names[start] = ++count;
    open[0] = start;
    for (let size = 1; size > 0; ) {
      const place = open[--size];
      const y = Math.floor(place / width);
      const x = place % width;
      for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
        for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
          const near = v * width + u;
          if (!mask[near] || names[near]) continue;
          names[near] = count;
          open[size++] = near;
        }
      }
    }
  }
  return { names, count };
}
