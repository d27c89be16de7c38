/** The phone's sensors on the page: windows that are read live, and recordings. @module */

import { $, press } from "./dom.js";
import { COLUMNS, Motion, MotionError } from "./motion.js";
import { plot } from "./plot.js";
import { window as windowOf } from "./table.js";
import { text } from "./text.js";

const LOOKS = 5; // windows that are read in a second, at most
const SHOWN = 4; // seconds of a recording that are shown

export class Sensing {
  #motion = new Motion();
  #task = null;
  #rate = 50; // rows a second

  /**
   * @param {{read: (thing: object) => Promise<void>, hint: (words: string) => void,
   *   problem: (key: string) => void}} page
   */
  constructor(page) {
    this.page = page;
  }

  /** What is listened for. @param {object} task as contract.json has it @param {number} rate */
  suit(task, rate) {
    this.#task = task;
    this.#rate = rate;
  }

  stop() {
    this.#motion.stop();
    press($("listen"), false);
  }

  /** Read the last window, again and again. */
  async hear() {
    const { columns, shape, step } = this.#task;
    const every = Math.max(step, Math.ceil(this.#rate / LOOKS));
    let rows = [];
    let since = 0;
    let reading = false;
    press($("listen"), true);
    await this.#start(columns, shape[0], (row) => {
      rows = [...rows, row].slice(-shape[0]);
      const full = rows.length === shape[0];
      this.page.hint(full ? "" : text.rows(rows.length, shape[0]));
      if (++since < every || !full || reading) return;
      since = 0;
      reading = true;
      void this.page.read({ values: windowOf(rows, this.#task) }).finally(() => { reading = false; });
    });
  }

  /**
   * Begin to write down what the sensors say.
   * @param {boolean} own  whether the network's columns are what is written
   * @returns {{count: number, stop: () => Blob | null}} the rows so far; the recording, a CSV
   */
  record(own) {
    const names = own ? this.#task.columns : COLUMNS;
    const rows = [];
    void this.#start(names, SHOWN * this.#rate, (row) => rows.push(row));
    this.page.hint("");
    return {
      get count() {
        return rows.length;
      },
      stop: () => {
        this.#motion.stop();
        if (!rows.length) return null;
        const lines = [names, ...rows.map((row) => row.map((value) => Math.fround(value)))];
        return new Blob([lines.map((line) => `${line.join(",")}\n`).join("")], { type: "text/csv" });
      },
    };
  }

  /** Listen, and draw the last `length` rows; tells what is wrong. */
  async #start(columns, length, take) {
    const shown = [];
    let waiting = false;
    try {
      await this.#motion.start(columns, this.#rate, (row) => {
        take(row);
        shown.push(row);
        if (shown.length > length) shown.shift();
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => {
          waiting = false;
          plot($("plot"), shown, length, columns);
        });
      });
    } catch (error) {
      if (!(error instanceof MotionError)) throw error;
      press($("listen"), false);
      this.page.problem(error.message);
    }
  }
}
