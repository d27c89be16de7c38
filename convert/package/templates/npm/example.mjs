// What the network answers for zeros: node example.mjs. {{origin}}
import { inputs, load } from "./index.js";

const network = await load();
console.log(network.selfTest() ? "self-test: ok" : "self-test: FAILED");
inputs.forEach((_, number) => network.input(number).fill(0));
console.log(network.run());
