// What nano's package does besides giving the right bytes: node digits.mjs classify|refused PIXELS.
import { readFileSync } from "node:fs";
import * as nano from "nano";

const [, , what, path] = process.argv;
const pixels = readFileSync(path);
const network = await nano.load();

function classify() {
  const found = [];
  for (let at = 0; at < pixels.length; at += 784) {
    const { label, index, probability, probabilities } = network.classify(pixels.subarray(at, at + 784));
    found.push([label, index, probability, probabilities]);
  }
  console.log(JSON.stringify(found));
}

function refuse(kind, call) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    console.log(error.message);
    return;
  }
  throw new Error(`nothing was refused: ${call}`);
}

async function refused() {
  refuse(RangeError, () => network.run(new Int8Array(783)));
  refuse(TypeError, () => network.run(new Uint8Array(784)));
  refuse(TypeError, () => network.run(new Int8Array(784), new Int8Array(784)));
  refuse(TypeError, () => network.run(new Array(784).fill(0)));
  refuse(TypeError, () => network.run(null));
  refuse(RangeError, () => network.predict([1, 2, 3]));
  refuse(RangeError, () => network.predict("x".repeat(3).split("")));
  const text = Array(784).fill("x");
  const wrong = [undefined, null, 7, "x".repeat(784), text, new BigInt64Array(784), new Array(784)];
  for (const values of wrong) refuse(TypeError, () => network.predict(values));
  refuse(TypeError, () => network.classify(text));
  refuse(TypeError, () => network.predict());
  refuse(RangeError, () => network.input(1));
  refuse(RangeError, () => network.output(-1));
  refuse(Error, () => network.output(0));
  const module = await nano.compile();
  const [one, other] = [await nano.load(module), await nano.load(module)];
  one.input().fill(7);
  other.input().fill(-7);
  if (one.input()[0] !== 7) throw new Error("two networks share their memory");
}

await { classify, refused }[what]();
