// Pictures in, pixels for a network out: node photo.mjs < pictures > pixels runs runtime/web.
//
// Standard input holds jobs, each a length (uint32, little-endian) and that many bytes of JSON,
// {width, height, task, tensor}, then RGBA bytes. Standard output gets, for each, the pixels
// uint8 and behind them, where there is a tensor, the real values float32 and their codes int8.

import { readFileSync } from "node:fs";
import { photo } from "../../runtime/web/app/photo.js";
import { quantized, real } from "../../runtime/web/app/scaling.js";

const bytes = readFileSync(0);
for (let at = 0; at < bytes.length; ) {
  const start = at + 4 + bytes.readUInt32LE(at);
  const { width, height, task, tensor } = JSON.parse(bytes.subarray(at + 4, start));
  at = start + width * height * 4;
  const data = new Uint8ClampedArray(bytes.subarray(start, at));
  const pixels = photo({ data, width, height }, task);
  write(pixels);
  if (!tensor) continue;
  const values = real(pixels, task.scaling);
  write(values);
  write(quantized(values, tensor));
}

function write(array) {
  process.stdout.write(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
}
