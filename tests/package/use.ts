// What a user of nano's types may write, and what the types refuse.
import { inputs, labels, load, outputs, sha256 } from "nano";
import type { Answer, Digit, Network, Picture, Tensor } from "nano";

const network: Network = await load();
const elements: Int8Array = network.run(new Int8Array(784));
const same: Int8Array = network.run();
const reals: Float32Array = network.predict([0, 1, 2]);
const answer: Answer = network.classify(new Uint8Array(784));
const picture: Picture = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
const found: Digit[] = network.readDigits(picture);
const view: Int8Array = network.input();
const first: Tensor | undefined = inputs[0] ?? outputs[0];
const text: string = sha256 + labels.join() + answer.label + found.length;
network.reset();
export { elements, first, reals, same, text, view };

// @ts-expect-error: another type of elements
network.run(new Float32Array(784));
// @ts-expect-error: an input too many
network.predict([0], [1]);
// @ts-expect-error: the labels are fixed
labels.push("ten");
// @ts-expect-error: load makes it
new (network.constructor as typeof Network)();
