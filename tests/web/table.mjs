// Files of numbers in, examples out: node table.mjs jobs.json runs runtime/web.
//
// The file holds a list of {path, task}. Standard output gets a line of JSON for each, the examples
// as lists, or {"refused": why}.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { examples } from "../../runtime/web/app/table.js";

for (const { path, task } of JSON.parse(readFileSync(process.argv[2]))) {
  try {
    const found = examples(new Uint8Array(readFileSync(path)), basename(path), task);
    console.log(JSON.stringify(found.map((one) => Buffer.from(one.buffer).toString("base64"))));
  } catch (error) {
    if (!error.details) throw error;
    console.log(JSON.stringify({ refused: error.message }));
  }
}
