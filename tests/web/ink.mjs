// Pictures in, what is read in them out: `node ink.mjs normalize|digits` runs runtime/web.
//
// Standard input holds pictures, each as width and height (uint32, little-endian) and RGBA bytes.
// Standard output gets one line of JSON for each: what the function returns, or {error}.

import { readFileSync } from "node:fs";
import { digits, normalize } from "../../runtime/web/app/read.js";

const run = { normalize, digits }[process.argv[2]];
const bytes = readFileSync(0);
for (let at = 0; at < bytes.length; ) {
  const width = bytes.readUInt32LE(at);
  const height = bytes.readUInt32LE(at + 4);
  const end = at + 8 + width * height * 4;
  console.log(JSON.stringify(answer(bytes.subarray(at + 8, end), width, height), plain));
  at = end;
}

function answer(content, width, height) {
  try {
    return run({ data: new Uint8ClampedArray(content), width, height });
  } catch (error) {
    return { error: error.message };
  }
}

function plain(_, value) {
  return value instanceof Uint8Array ? [...value] : value;
}
