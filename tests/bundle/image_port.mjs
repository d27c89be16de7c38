// A port of the preprocessing of pictures, written from contract.json alone: the proof that this
// can be done, to the last bit.
// node image_port.mjs contract.json < pictures > pixels
//   pictures: JSON [{width, height, rgba: base64}], upright
//   pixels:   JSON, of each picture height x width x channels values

import { readFileSync } from "node:fs";

const { parameters: p, steps } = JSON.parse(readFileSync(process.argv[2])).preprocessing;
const names = steps.map(({ step }) => step);
const div = (a, b) => Math.floor(a / b);

function round(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

// A picture is {rows, columns, channels: [values row by row, ...]}.
function decoded({ width, height, rgba }) {
  const bytes = Buffer.from(rgba, "base64");
  const channels = [0, 1, 2, 3].map((c) => Array.from({ length: width * height }, (_, i) => bytes[4 * i + c]));
  return { rows: height, columns: width, channels };
}

function opaque({ rows, columns, channels }) {
  const alpha = channels[3];
  const mixed = channels.slice(0, 3).map((channel) =>
    channel.map((c, i) => div(c * alpha[i] + 255 * (255 - alpha[i]) + 127, 255)));
  return { rows, columns, channels: mixed };
}

function grey({ rows, columns, channels: [red, green, blue] }) {
  const one = red.map((r, i) => div(19595 * r + 38470 * green[i] + 7471 * blue[i] + 32768, 65536));
  return { rows, columns, channels: [one] };
}

function part({ columns, channels }, top, left, high, wide) {
  const cut = (channel) => Array.from({ length: high * wide }, (_, i) =>
    channel[(top + div(i, wide)) * columns + left + (i % wide)]);
  return { rows: high, columns: wide, channels: channels.map(cut) };
}

const fits = {
  crop(picture) {
    const { rows, columns } = picture;
    const high = Math.min(rows, Math.max(1, div(columns * p.height, p.width)));
    const wide = Math.min(columns, Math.max(1, div(rows * p.width, p.height)));
    const kept = part(picture, div(rows - high, 2), div(columns - wide, 2), high, wide);
    return [kept, p.height, p.width];
  },
  letterbox(picture) {
    const { rows, columns } = picture;
    const high = Math.min(p.height, Math.max(1, div(2 * rows * p.width + columns, 2 * columns)));
    const wide = Math.min(p.width, Math.max(1, div(2 * columns * p.height + rows, 2 * rows)));
    return [picture, high, wide];
  },
  stretch: (picture) => [picture, p.height, p.width],
};

function halve(picture, high, wide) {
  while (picture.rows >= 4 * high && picture.columns >= 4 * wide) {
    const [rows, columns, across] = [div(picture.rows, 2), div(picture.columns, 2), picture.columns];
    const channels = picture.channels.map((channel) =>
      Array.from({ length: rows * columns }, (_, i) => {
        const at = 2 * div(i, columns) * across + 2 * (i % columns);
        return div(channel[at] + channel[at + 1] + channel[at + across] + channel[at + across + 1] + 2, 4);
      }));
    picture = { rows, columns, channels };
  }
  return picture;
}

function line(values, m) {
  const s = values.length / m;
  const k = Math.max(s, 1);
  return Array.from({ length: m }, (_, i) => {
    const c = (i + 0.5) * s;
    const w = values.map((_, j) => Math.max(0, 1 - Math.abs(j + 0.5 - c) / k));
    const whole = w.reduce((a, b) => a + b, 0);
    return values.reduce((sum, value, j) => sum + (w[j] / whole) * value, 0);
  });
}

function resample(channel, rows, columns, height, width) {
  const down = Array.from({ length: columns }, (_, x) =>
    line(Array.from({ length: rows }, (_, y) => channel[y * columns + x]), height));
  return Array.from({ length: height }, (_, y) => line(down.map((column) => column[y]), width)).flat();
}

function pixels(given) {
  let picture = opaque(decoded(given));
  if (names.includes("grey")) picture = grey(picture);
  const [kept, high, wide] = fits[p.fit](picture);
  const { rows, columns, channels } = halve(kept, high, wide);
  const scaled = channels.map((channel) => resample(channel, rows, columns, high, wide).map(round));
  const result = Array(p.height * p.width * p.channels).fill(p.bar);
  const [top, left] = [div(p.height - high, 2), div(p.width - wide, 2)];
  scaled.forEach((channel, c) => channel.forEach((value, i) => {
    result[((top + div(i, wide)) * p.width + left + (i % wide)) * p.channels + c] = value;
  }));
  return result;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(pixels)));
