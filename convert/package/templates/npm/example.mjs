// Made-up elements from a fixed seed in, real numbers out: node example.mjs. {{origin}}
<!-- if labels -->
import { labels, load, outputs } from "./index.js";
<!-- end -->
<!-- if unlabelled -->
import { load, outputs } from "./index.js";
<!-- end -->

let state = 1;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0); // of 32 bits
const real = ({ scale, zeroPoint }, stored) => (scale ? scale * (stored - zeroPoint) : Number(stored));
const shown = (number) => (Math.round(number * 1000) / 1000).toFixed(3);

{{example_inputs}}
const network = await load();
console.log(network.selfTest() ? "self-test: ok" : "self-test: FAILED");
<!-- if single -->
const answers = [network.run({{arguments_told}})];
<!-- end -->
<!-- if several -->
const answers = network.run({{arguments_told}});
<!-- end -->
for (const [number, about] of outputs.entries()) {
  answers[number].slice(0, 16).forEach((stored, i) => {
    console.log(`${about.name}[${i}] = ${shown(real(about, stored))}`);
  });
}
<!-- if binary -->
console.log(`label: ${labels[Number(real(outputs[0], answers[0][0]) > 0.5)]}`);
<!-- end -->
<!-- if logits clipped -->
console.log(`label: ${labels[answers[0].indexOf(Math.max(...answers[0]))]}`);
<!-- end -->
