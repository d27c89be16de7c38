// Runs a network's WebAssembly: node module.mjs FOLDER; what it is told lies in given.json.
import { readFileSync, writeFileSync } from "node:fs";

const folder = process.argv[2];
const { runs, about, resets } = JSON.parse(readFileSync(`${folder}/given.json`));
const module = new WebAssembly.Module(readFileSync(`${folder}/m.wasm`));
const { memory, input, output, run, reset, watch, maps } = new WebAssembly.Instance(module).exports;
const given = readFileSync(`${folder}/inputs`);
const BYTES = { int8: 1, uint8: 1, int16: 2, int32: 4, float32: 4, bool: 1 };
const size = ({ dtype, shape }) => BYTES[dtype] * shape.reduce((a, b) => a * b, 1);
const bytes = (at, count) => new Uint8Array(memory.buffer, at, count);
const found = [];
let place = 0;
for (let number = 0; number < runs; number++) {
  if (resets) reset();
  watch(number === runs - 1);
  about.inputs.forEach((one, i) => {
    bytes(input(i), size(one)).set(given.subarray(place, place + size(one)));
    place += size(one);
  });
  run();
  about.outputs.forEach((one, i) => found.push(bytes(output(i), size(one)).slice()));
}
if (input(about.inputs.length) || output(about.outputs.length) || output(-1)) {
  throw new Error("it has more inputs or outputs than it says");
}
writeFileSync(`${folder}/outputs`, Buffer.concat(found));
const every = about.maps.reduce((sum, one) => sum + size(one), 0);
writeFileSync(`${folder}/maps`, bytes(maps(), every));
