// Pictures in, their 28x28 forms out: `node ink.mjs normalize|digits` runs runtime/web/ink.js.
//
// Standard input holds pictures, each as width and height (uint32, little-endian) and RGBA bytes.
// Standard output gets one line of JSON for each: what the function returns, or {error}.

import { readFileSync } from "node:fs";

const { toGrey, normalize } = await import("../../runtime/web/ink.js");

const read = { normalize };
const run = read[process.argv[2]];
const bytes = readFileSync(0);
for (let at = 0; at < bytes.length; ) {
  const width = bytes.readUInt32LE(at);
  const height = bytes.readUInt32LE(at + 4);
  const end = at + 8 + width * height * 4;
  console.log(JSON.stringify(answer(bytes.subarray(at + 8, end), width, height)));
  at = end;
}

function answer(content, width, height) {
  try {
    const result = run(toGrey(new Uint8ClampedArray(content), width, height));
    return result instanceof Uint8Array ? [...result] : result;
  } catch (error) {
    return { error: error.message };
  }
}
