/**
 * Reads beside the page, so that the page stays quick: a network, what was read last, and jobs.
 * @module
 */

import { KINDS } from "./kinds.js";
import { Network } from "./network.js";

let network = null;
let last = null; // what was read last: {thing, task, found}

const JOBS = {
  /** Take another network; the one before stays when it cannot be had. */
  async load(about) {
    network = await Network.load(about);
    return { time: network.time() };
  },

  /** Read a thing. */
  read({ thing }) {
    const start = performance.now();
    const { task } = network.about.contract;
    last = { thing, task, found: KINDS[task.kind](thing, task) };
    const readings = last.found.map(({ values }) => network.read(values));
    return { found: last.found, readings, milliseconds: performance.now() - start };
  },

  /** Read once more what was read last, with the network of now. */
  again() {
    const same = JSON.stringify(last?.task) === JSON.stringify(network.about.contract.task);
    if (!last || !same) return last ? JOBS.read(last) : { found: [], readings: [] };
    return { found: last.found, readings: last.found.map(({ values }) => network.read(values)) };
  },

  /** What blocks make of one of those. */
  maps({ number, wanted }) {
    const one = last?.found[number];
    return one ? network.maps(one.values, wanted) : [];
  },
};

let queue = Promise.resolve(); // one job after the other, in the order in which they came
addEventListener("message", ({ data: { id, job, about } }) => {
  queue = queue.then(async () => {
    try {
      postMessage({ id, result: await JOBS[job](about) });
    } catch (error) {
      const { name, message, details } = error;
      postMessage({ id, error: { name, message, details } });
    }
  });
});
