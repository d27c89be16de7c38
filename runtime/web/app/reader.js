/** The page's side of the worker that reads. @module */

/** @typedef {{found: import("./kinds.js").Found[], readings: import("./network.js").Reading[],
 *   milliseconds?: number}} Result */

/** What the worker refused: `name` is the kind of error there. */
export class Refused extends Error {
  /** @param {{name: string, message: string, details?: unknown[]}} told */
  constructor({ name, message, details = [] }) {
    super(message);
    this.name = name;
    this.details = details;
  }
}

export class Reader {
  #waiting = new Map(); // by number: {resolve, reject}
  #count = 0;
  #newest = 0; // of the things to read

  /** @param {(event: Event) => void} failed  is called when the worker cannot run at all */
  constructor(failed) {
    this.worker = new Worker("worker.js", { type: "module" });
    this.worker.addEventListener("error", failed);
    this.worker.addEventListener("message", ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Refused(error));
      else resolve(result);
    });
  }

  /** Take another network. @returns {Promise<{time: number}>} in milliseconds an inference */
  load(about) {
    return this.#ask("load", about);
  }

  /**
   * Read a thing; null: a newer one, or another choice, has come meanwhile.
   * @param {object} thing
   * @param {Transferable[]} given away to the worker
   * @returns {Promise<Result | null>}
   */
  read(thing, given = []) {
    return this.#newestOnly(this.#ask("read", { thing }, given));
  }

  /** Read the same once more. @returns {Promise<Result | null>} */
  again() {
    return this.#newestOnly(this.#ask("again"));
  }

  /** Whatever is being read is no longer wanted. */
  forget() {
    this.#newest++;
  }

  /** @returns {Promise<Int8Array[]>} */
  maps(number, wanted) {
    return this.#ask("maps", { number, wanted });
  }

  async #newestOnly(asked) {
    const number = ++this.#newest;
    const result = await asked.catch((error) => {
      if (number === this.#newest) throw error;
    });
    return number === this.#newest ? result : null;
  }

  #ask(job, about, given = []) {
    return new Promise((resolve, reject) => {
      const id = ++this.#count;
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, job, about }, given);
    });
  }
}
