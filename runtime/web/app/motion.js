/**
 * The phone's accelerometer and gyroscope, as rows of a table at an even rate.
 * @module
 */

/** An error whose message is a key of text.js. */
export class MotionError extends Error {}

/** The columns of a recording, if no network says others. */
export const COLUMNS = ["ax", "ay", "az", "gx", "gy", "gz"];

const SILENT = 1500; // milliseconds after which a device without events is said to have no sensors
const GAP = 500; // milliseconds between two events after which nothing is made up between them

const PREFIXES = [
  [/^(user|linear|lin|body)_?(a|acc|accel|acceleration)?$/, "acceleration"],
  [/^(a|acc|accel|accelero|accelerometer|acceleration|total_?acc|)$/, "accelerationIncludingGravity"],
  [/^(g|gyr|gyro|gyroscope|rot|rotation|rotationrate|w|omega)$/, "rotationRate"],
];
const AXES = { // rotationRate names its axes differently
  accelerationIncludingGravity: { x: "x", y: "y", z: "z" },
  acceleration: { x: "x", y: "y", z: "z" },
  rotationRate: { x: "alpha", y: "beta", z: "gamma" },
};

/**
 * What gives each column, or null where a column is none of a motion sensor: "ax", "acc_x",
 * "accelerometerY", "x" are m/s² with gravity, "linear_x" without it, "gx" and "gyro_z" degrees a second.
 * @param {string[]} columns
 * @returns {((event: DeviceMotionEvent) => number | null | undefined)[] | null}
 */
export function channels(columns) {
  const found = columns.map((column) => {
    const [, before, axis] = /^(.*?)[_ .-]?([xyz])$/i.exec(column.trim()) ?? [];
    const prefix = before?.toLowerCase().replaceAll(/[ .-]/g, "_");
    const sensor = PREFIXES.find(([pattern]) => axis && pattern.test(prefix))?.[1];
    return sensor && ((event) => event[sensor]?.[AXES[sensor][axis.toLowerCase()]]);
  });
  return columns.length && found.every(Boolean) ? found : null;
}

/** Rows at an even rate out of rows at any times: between two, the straight line. */
export class Even {
  #before = null; // {time, row}
  #next = 0; // when the next row is due, in milliseconds

  /** @param {number} rate rows a second */
  constructor(rate) {
    this.step = 1000 / rate;
  }

  /**
   * @param {number} time of a row, in milliseconds
   * @param {number[]} row
   * @returns {number[][]} the even rows up to then
   */
  add(time, row) {
    const before = this.#before;
    this.#before = { time, row };
    if (!before || time - before.time > GAP || time <= before.time) {
      this.#next = time + this.step;
      return before && time <= before.time ? [] : [row];
    }
    const found = [];
    for (; this.#next <= time; this.#next += this.step) {
      const share = (this.#next - before.time) / (time - before.time);
      found.push(row.map((value, i) => before.row[i] + share * (value - before.row[i])));
    }
    return found;
  }
}

/** Listens to the sensors; calls `take` with each row. */
export class Motion {
  #stop = () => {};

  /**
   * @param {string[]} columns
   * @param {number} rate rows a second
   * @param {(row: number[]) => void} take
   */
  async start(columns, rate, take) {
    this.stop();
    if (!("DeviceMotionEvent" in window)) throw new MotionError("noMotion");
    // Some ask, and only after a tap.
    const told = await DeviceMotionEvent.requestPermission?.().catch(() => "denied");
    if (told !== undefined && told !== "granted") throw new MotionError("motionDenied");
    const sources = channels(columns);
    const even = new Even(rate);
    await new Promise((heard, failed) => {
      const timer = setTimeout(() => {
        this.stop();
        failed(new MotionError("noMotion"));
      }, SILENT);
      const listen = (event) => {
        const row = sources.map((source) => source(event));
        if (row.some((value) => typeof value !== "number")) return; // of a sensor that is not there
        clearTimeout(timer);
        heard();
        even.add(event.timeStamp, row).forEach(take);
      };
      addEventListener("devicemotion", listen);
      this.#stop = () => {
        clearTimeout(timer);
        removeEventListener("devicemotion", listen);
      };
    });
  }

  stop() {
    this.#stop();
    this.#stop = () => {};
  }
}
