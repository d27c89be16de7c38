// A port of the preprocessing, written from contract.json alone: the proof that this can be done.
// node port.mjs contract.json < pictures > pixels
//   pictures: JSON [{width, height, alpha: has it an alpha channel, rgba: base64}], upright
//   pixels:   JSON, of each picture 784 values, or null when it is blank

import { readFileSync } from "node:fs";

const p = JSON.parse(readFileSync(process.argv[2])).preprocessing.parameters;
const div = (a, b) => Math.floor(a / b);
const clip = (x) => Math.min(1, Math.max(0, x));
const sum = (x) => x.reduce((a, b) => a + b, 0);
const largest = (x) => x.reduce((a, b) => Math.max(a, b), -Infinity);

function round(x) {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

function quantile(values, q) {
  const sorted = Float64Array.from(values).sort();
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

// A grid is {width, height, at: values row by row}.
const grid = (width, height, value) => {
  const at = new Float64Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) at[y * width + x] = value(y, x);
  return { width, height, at };
};
const map = (g, change) => ({ ...g, at: g.at.map(change) });
const turned = (g) => grid(g.height, g.width, (y, x) => g.at[x * g.width + y]);
const longest = (g) => Math.max(g.width, g.height);

function decoded({ width, height, alpha, rgba }) {
  const bytes = Buffer.from(rgba, "base64");
  const channels = [0, 1, 2, 3].map((c) => grid(width, height, (y, x) => bytes[4 * (y * width + x) + c]));
  return alpha ? channels : channels.slice(0, 3);
}

function shrink(channels) {
  const f = Math.ceil(longest(channels[0]) / p.working_side);
  if (f <= 1) return channels;
  const alpha = channels[3];
  const before = channels.map((g, c) =>
    c === 3 || !alpha ? g : map(g, (v, i) => {
      const t = v * alpha.at[i] + 128;
      return div(div(t, 256) + t, 256);
    }),
  );
  const small = before.map((g) => blocks(g, f));
  if (!alpha) return small;
  return small.map((g, c) =>
    c === 3 ? g : map(g, (v, i) => {
      const a = small[3].at[i];
      return a === 0 || a === 255 ? v : Math.min(255, div(255 * v, a));
    }),
  );
}

function blocks(g, f) {
  return grid(Math.ceil(g.width / f), Math.ceil(g.height / f), (row, column) => {
    let [total, n] = [0, 0];
    for (let y = row * f; y < Math.min((row + 1) * f, g.height); y++)
      for (let x = column * f; x < Math.min((column + 1) * f, g.width); x++, n++) total += g.at[y * g.width + x];
    return div((total + div(n, 2)) * div(16777216, n), 16777216);
  });
}

function toGrey([red, green, blue, alpha]) {
  const grey = map(red, (r, i) => div(19595 * r + 38470 * green.at[i] + 7471 * blue.at[i] + 32768, 65536) / 255);
  if (!alpha) return grey;
  const a = map(alpha, (v) => v / 255);
  const opaque = grey.at.filter((_, i) => a.at[i] > p.opaque);
  if (!opaque.length) return null;
  const [dark, middle, light] = [0.05, 0.5, 0.95].map((q) => quantile(opaque, q));
  const paper = light - dark > p.card_contrast ? middle : middle < 0.5 ? 1 : 0;
  return map(grey, (v, i) => v * a.at[i] + paper * (1 - a.at[i]));
}

function boxAlongColumns(g, r) {
  const result = grid(g.width, g.height, () => 0);
  for (let x = 0; x < g.width; x++)
    for (let y = 0; y < g.height; y++) {
      let total = 0;
      for (let k = Math.max(0, y - r); k <= Math.min(g.height - 1, y + r); k++) total += g.at[k * g.width + x];
      result.at[y * g.width + x] = total / (2 * r + 1);
    }
  return result;
}

function box(g, r) {
  const once = (h) => turned(boxAlongColumns(turned(boxAlongColumns(h, r)), r));
  return once(once(g));
}

function average(g, among, r) {
  const w = map(g, (_, i) => (among[i] ? 1 : 0));
  const weighed = map(g, (v, i) => v * w.at[i]);
  const f = sum(weighed.at) / Math.max(sum(w.at), 1);
  const [above, below] = [box(weighed, r), box(w, r)];
  return map(g, (_, i) => (above.at[i] + 0.000001 * f) / (below.at[i] + 0.000001));
}

function isLight(grey) {
  const blurred = average(grey, grey.at.map(() => 1), Math.max(2, div(longest(grey), p.detail_divisor)));
  const detail = grey.at.map((v, i) => v - blurred.at[i]);
  const median = quantile(detail, 0.5);
  const cubes = detail.map((v) => (v - median) ** 3);
  const skew = sum(cubes) / Math.max(sum(cubes.map(Math.abs)), 0.000000000001);
  if (Math.abs(skew) > p.marked) return skew > 0;
  const outer = (_, i) => {
    const [y, x] = [div(i, grey.width), i % grey.width];
    return y === 0 || x === 0 || y === grey.height - 1 || x === grey.width - 1;
  };
  const mean = (values) => sum(values) / values.length;
  return mean(grey.at.filter(outer)) < mean(grey.at.filter((v, i) => !outer(v, i)));
}

function extreme(g, r, choose, nothing) {
  const along = (h) => grid(h.width, h.height, (y, x) => {
    let best = nothing;
    for (let k = Math.max(0, y - r); k <= Math.min(h.height - 1, y + r); k++) best = choose(best, h.at[k * h.width + x]);
    return best;
  });
  return turned(along(turned(along(g))));
}

function flatten(grey) {
  const r = Math.max(2, div(longest(grey), p.closing_divisor));
  let paper = extreme(extreme(grey, r, Math.max, -Infinity), r, Math.min, Infinity);
  const contrast = () => map(grey, (v, i) => 1 - v / Math.max(paper.at[i], p.darkest_paper));
  let blank;
  for (let turn = 0; turn < 2; turn++) {
    const c = contrast().at;
    const [low, quarter] = [0.05, 0.25].map((q) => quantile(c, q));
    const limit = quarter + (p.blank_spread * (quarter - low)) / p.blank_sigmas + p.blank_margin;
    blank = c.map((v) => (v <= limit ? 1 : 0));
    paper = average(grey, blank, Math.max(1, div(longest(grey), p.average_divisor)));
  }
  const last = contrast();
  const onPaper = last.at.filter((_, i) => blank[i]).map(Math.abs);
  return [map(last, clip), p.sigma_per_median * quantile(onPaper, 0.5)];
}

function components({ width, height }, mask) {
  const names = new Int32Array(mask.length);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || names[start]) continue;
    const open = [start];
    names[start] = ++count;
    while (open.length) {
      const i = open.pop();
      const [row, column] = [div(i, width), i % width];
      for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
          const j = y * width + x;
          if (mask[j] && !names[j]) {
            names[j] = count;
            open.push(j);
          }
        }
    }
  }
  return [names, count];
}

function frames({ width, height }, names, count) {
  const across = [...Array(width).keys()];
  const down = [...Array(height).keys()];
  const sides = [
    across.map((x) => names[x]),
    across.map((x) => names[(height - 1) * width + x]),
    down.map((y) => names[y * width]),
    down.map((y) => names[y * width + width - 1]),
  ];
  return [...Array(count + 1).keys()].map((name) => sides.some((side) =>
    side[0] === name || side.at(-1) === name || side.filter((n) => n === name).length / side.length > p.side_share));
}

function trace(ink, noise) {
  const peak = ink.at.length > 5000 ? quantile(ink.at, 0.999) : largest(ink.at);
  if (peak < Math.max(p.faintest, p.peak_noises * noise)) return null;
  const limit = Math.max(p.ink_margin, p.ink_noises * noise, noise > p.clean ? p.ink_of_peak * peak : 0);
  const [names, count] = components(ink, ink.at.map((v) => (v > limit ? 1 : 0)));
  const weight = new Float64Array(count + 1);
  names.forEach((name, i) => { if (name) weight[name] += ink.at[i]; });
  const frame = frames(ink, names, count);
  if (largest(weight.filter((_, n) => n && !frame[n])) >= p.inner_mass * largest(weight))
    frame.forEach((is, n) => { if (is) weight[n] = 0; });
  const least = p.speck_mass * largest(weight);
  return Array.from(names, (name) => name > 0 && weight[name] >= least);
}

function crop(ink, mask) {
  const level = quantile(ink.at.filter((_, i) => mask[i]), p.full_ink);
  const inside = mask.flatMap((is, i) => (is ? [i] : []));
  const [rows, columns] = [inside.map((i) => div(i, ink.width)), inside.map((i) => i % ink.width)];
  const [top, left] = [-largest(rows.map((y) => -y)), -largest(columns.map((x) => -x))];
  return grid(largest(columns) - left + 1, largest(rows) - top + 1, (y, x) => {
    const i = (y + top) * ink.width + x + left;
    return mask[i] ? clip(ink.at[i] / level) : 0;
  });
}

function resampleColumns(g, m) {
  const s = g.height / m;
  const k = Math.max(s, 1);
  return grid(g.width, m, (i, x) => {
    let [total, weights] = [0, 0];
    for (let j = 0; j < g.height; j++) {
      const w = Math.max(0, 1 - Math.abs(j + 0.5 - (i + 0.5) * s) / k);
      total += w * g.at[j * g.width + x];
      weights += w;
    }
    return total / weights;
  });
}

const resample = (g, height, width) => turned(resampleColumns(turned(resampleColumns(g, height)), width));
const zoomed = (g, z) => resample(g, Math.max(1, round(g.height * z)), Math.max(1, round(g.width * z)));
const padded = (g, r) => grid(g.width + 2 * r, g.height + 2 * r, (y, x) =>
  y < r || x < r || y >= g.height + r || x >= g.width + r ? 0 : g.at[(y - r) * g.width + x - r]);

function thicken(ink) {
  const around = padded(ink, 1);
  const has = around.at.map((v) => (v > 0.5 ? 1 : 0));
  let sides = 0;
  has.forEach((v, i) => {
    if ((i + 1) % around.width && v !== has[i + 1]) sides++;
    if (i + around.width < has.length && v !== has[i + around.width]) sides++;
  });
  const w = ((2 * sum(ink.at)) / Math.max((sides * Math.PI) / 4, 1)) * (p.box / longest(ink));
  if (w >= p.thin) return ink;
  const r = round(((p.width - w) * p.fine) / 2);
  const large = padded(zoomed(ink, (p.box * p.fine - 2 * r) / longest(ink)), r);
  return grid(large.width, large.height, (row, column) => {
    let best = 0;
    for (let y = Math.max(0, row - r); y <= Math.min(large.height - 1, row + r); y++)
      for (let x = Math.max(0, column - r); x <= Math.min(large.width - 1, column + r); x++)
        if ((y - row) ** 2 + (x - column) ** 2 <= r * r) best = Math.max(best, large.at[y * large.width + x]);
    return best;
  });
}

function centre(ink) {
  const start = (g) => {
    let moment = 0;
    g.at.forEach((v, i) => { moment += v * (div(i, g.width) + 0.5); });
    return Math.min(Math.max(p.side / 2 - Math.floor(moment / sum(g.at)), 0), p.side - g.height);
  };
  const [top, left] = [start(ink), start(turned(ink))];
  return grid(p.side, p.side, (y, x) =>
    y < top || x < left || y >= top + ink.height || x >= left + ink.width ? 0 : ink.at[(y - top) * ink.width + x - left]);
}

function pixels(picture) {
  let grey = toGrey(shrink(decoded(picture)));
  if (!grey) return null;
  if (isLight(grey)) grey = map(grey, (v) => 1 - v);
  const [ink, noise] = flatten(grey);
  const mask = trace(ink, noise);
  if (!mask) return null;
  const stroke = thicken(crop(ink, mask));
  const small = zoomed(stroke, p.box / longest(stroke));
  const full = largest(small.at);
  return Array.from(centre(map(small, (v) => v / full)).at, (v) => round(255 * v));
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(pixels)));
