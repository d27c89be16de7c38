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

function shrink(channels, working) {
  const f = Math.ceil(longest(channels[0]) / working);
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
  for (let y = 0; y < g.height; y++)
    for (let k = Math.max(0, y - r); k <= Math.min(g.height - 1, y + r); k++)
      for (let x = 0; x < g.width; x++) result.at[y * g.width + x] += g.at[k * g.width + x];
  return map(result, (total) => total / (2 * r + 1));
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

const isScene = (g) => longest(g) >= p.scene_side;
const minus = (g) => map(g, (v) => -v);
const erode = (g, r) => extreme(g, r, Math.min, Infinity);
const close = (g, r) => erode(extreme(g, r, Math.max, -Infinity), r);

function closeScene(g, r) {
  const within = (v, n) => Math.min(Math.max(v, 0), n - 1);
  const wide = grid(g.width + 2 * r, g.height + 2 * r, (y, x) => g.at[within(y - r, g.height) * g.width + within(x - r, g.width)]);
  const closed = close(wide, r);
  return grid(g.width, g.height, (y, x) => closed.at[(y + r) * wide.width + x + r]);
}

function sheet(grey) {
  const none = { grey, x: 0, y: 0 };
  if (!isScene(grey)) return none;
  const level = (v) => Math.min(Math.floor(v * p.levels), p.levels - 1);
  const calm = closeScene(grey, Math.max(2, div(longest(grey), p.calm_divisor))).at.map(level);
  const total = new Array(p.levels).fill(0);
  calm.forEach((v) => { total[v]++; });
  let [best, k, isDarker] = [0, -1, false];
  for (let cut = 0; cut < p.levels - 1; cut++) {
    const count = (from, to) => sum(total.slice(from, to));
    const mean = (from, to) => sum(total.slice(from, to).map((n, i) => n * (from + i + 0.5))) / count(from, to);
    const [n, m] = [count(0, cut + 1), count(cut + 1, p.levels)];
    if (!n || !m) continue;
    const [dark, bright] = [mean(0, cut + 1), mean(cut + 1, p.levels)];
    const spread = n * m * (bright - dark) * (bright - dark);
    if (spread > best) [best, k, isDarker] = [spread, cut, dark <= p.darker * bright];
  }
  if (!isDarker) return none;
  const { width, height } = grey;
  const [names, count] = components(grey, calm.map((v) => (v > k ? 1 : 0)));
  const areas = new Array(count + 1).fill(0);
  names.forEach((name) => { if (name) areas[name]++; });
  const name = areas.indexOf(largest(areas));
  const border = sides(grey, names).flat();
  if (border.filter((n) => n === name).length > p.sheet_border * border.length) return none;
  const fillRows = (g) => grid(g.width, g.height, (y, x) => {
    const row = g.at.subarray(y * g.width, (y + 1) * g.width);
    return x >= row.indexOf(1) && x <= row.lastIndexOf(1) ? 1 : 0;
  });
  const shape = turned(fillRows(turned(fillRows(grid(width, height, (y, x) => (names[y * width + x] === name ? 1 : 0))))));
  const size = sum(shape.at);
  const bright = grey.at.filter((v, i) => shape.at[i] && level(v) > k).length;
  if (size < p.sheet_least * shape.at.length || bright < p.sheet_solid * size) return none;
  const forms = [[[-1, -1], [1, -1], [1, 1], [-1, 1]], [[-1, 0], [0, -1], [1, 0], [0, 1]]];
  if (Math.max(...forms.map((far) => fit(shape, far))) < p.sheet_form) return none;
  const shrunk = (g, divisor) => map(extreme(map(g, (v) => 1 - v), Math.max(2, div(longest(grey), divisor)), Math.max, 0), (v) => 1 - v);
  const inside = shrunk(shape, p.sheet_edge_divisor);
  const within = grey.at.filter((_, i) => inside.at[i]);
  if (!within.length) return none;
  const limit = p.darker * quantile(within, 0.5);
  if (within.filter((v) => v < limit).length < p.sheet_written * within.length) return none;
  const deep = shrunk(inside, p.sheet_rim_divisor);
  const rim = grey.at.filter((_, i) => inside.at[i] && !deep.at[i]);
  if (rim.filter((v) => v < limit).length > p.sheet_rim * rim.length) return none;
  const light = Array.from(grey.at, (v, i) => inside.at[i] && !(v < limit));
  const around = average(grey, light, Math.max(1, div(longest(grey), p.average_divisor)));
  const whole = map(grey, (v, i) => (inside.at[i] ? v : around.at[i]));
  const b = bounds(inside, (v) => v === 1);
  return { grey: grid(b.right - b.left, b.bottom - b.top, (y, x) => whole.at[(y + b.top) * width + x + b.left]), x: b.left, y: b.top };
}

function fit(shape, far) {
  const at = (i) => [i % shape.width, div(i, shape.width)];
  const corners = far.map(([dx, dy]) => {
    const scores = Array.from(shape.at, (v, i) => (v ? dx * at(i)[0] + dy * at(i)[1] : -Infinity));
    return at(scores.indexOf(largest(scores)));
  });
  let [both, either] = [0, 0];
  shape.at.forEach((v, i) => {
    const [x, y] = at(i);
    const inside = corners.every(([ax, ay], n) => {
      const [bx, by] = corners[(n + 1) % 4];
      return (bx - ax) * (y - ay) >= (by - ay) * (x - ax);
    });
    if (inside && v) both++;
    if (inside || v) either++;
  });
  return both / either;
}

function bounds({ width, at }, test) {
  const found = [...at.keys()].filter((i) => test(at[i]));
  const [rows, columns] = [found.map((i) => div(i, width)), found.map((i) => i % width)];
  const least = (values) => -largest(values.map((v) => -v));
  return { left: least(columns), top: least(rows), right: largest(columns) + 1, bottom: largest(rows) + 1 };
}

function lean(values) {
  const median = quantile(values, 0.5);
  const cubes = values.map((v) => (v - median) ** 3);
  return sum(cubes) / Math.max(sum(cubes.map(Math.abs)), 0.000000000001);
}

function isLight(grey) {
  const blurred = average(grey, grey.at.map(() => 1), Math.max(2, div(longest(grey), p.detail_divisor)));
  const skew = lean(grey.at.map((v, i) => v - blurred.at[i]));
  if (Math.abs(skew) > p.marked) return skew > 0;
  if (isScene(grey)) {
    const r = Math.max(2, div(longest(grey), p.narrow_divisor));
    const [a, b] = [closeScene(grey, r), minus(closeScene(minus(grey), r))];
    const [one, other] = [closeScene(b, r), closeScene(minus(a), r)];
    const narrow = lean(grey.at.map((v, i) => v - (one.at[i] - other.at[i]) / 2));
    if (Math.abs(narrow) > p.marked_detail) return narrow > 0;
  }
  const outer = (_, i) => {
    const [y, x] = [div(i, grey.width), i % grey.width];
    return y === 0 || x === 0 || y === grey.height - 1 || x === grey.width - 1;
  };
  const mean = (values) => sum(values) / values.length;
  return mean(grey.at.filter(outer)) < mean(grey.at.filter((v, i) => !outer(v, i)));
}

function extreme(g, r, choose, nothing) {
  const along = (h) => {
    const result = map(h, () => nothing);
    for (let y = 0; y < h.height; y++)
      for (let k = Math.max(0, y - r); k <= Math.min(h.height - 1, y + r); k++)
        for (let x = 0; x < h.width; x++) {
          const i = y * h.width + x;
          result.at[i] = choose(result.at[i], h.at[k * h.width + x]);
        }
    return result;
  };
  return turned(along(turned(along(g))));
}

function flatten(original, r) {
  let [grey, paper] = [original, null];
  if (isScene(original)) {
    const light = closeScene(original, r);
    grey = map(original, (v, i) => v / Math.max(light.at[i], p.darkest_paper));
    paper = map(grey, () => 1);
  } else paper = close(grey, r);
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

function threshold(ink, noise) {
  const n = ink.at.length;
  const peak = n > 5000 ? quantile(ink.at, Math.max(0.999, 1 - p.few / n)) : largest(ink.at);
  if (peak < Math.max(p.faintest, p.peak_noises * noise)) return null;
  return Math.max(p.ink_margin, p.ink_noises * noise, noise > p.clean ? p.ink_of_peak * peak : 0);
}

function withoutRules(ink, noise, pen) {
  const { width, height } = ink;
  const reach = Math.max(1, div(longest(ink), p.rule_reach_divisor));
  const away = Math.max(2, div(longest(ink), p.ridge_divisor));
  const row = (y) => Math.min(Math.max(y, 0), height - 1);
  const at = (y, x) => ink.at[row(y) * width + x];
  const least = Math.max(p.ridge_least, p.ridge_noises * noise);
  const thin = grid(width, height, (y, x) =>
    at(y, x) - at(y - away, x) > least && at(y, x) - at(y + away, x) > least ? 1 : 0);
  const rise = (s, x) => div(2 * s * x + width, 2 * width);
  const most = div(width, p.rule_steepest);
  const lines = [];
  const dark = [...thin.at.keys()].filter((i) => thin.at[i]).map((i) => [div(i, width), i % width]);
  for (let s = -most; s <= most; s++) {
    const votes = new Map();
    for (const [y, x] of dark) votes.set(y - rise(s, x), (votes.get(y - rise(s, x)) ?? 0) + 1);
    for (const [y0, n] of votes) if (n >= p.rule_votes * width) lines.push({ s, y0, votes: n });
  }
  lines.sort((a, b) => b.votes - a.votes || a.s - b.s || a.y0 - b.y0);
  const result = { ...ink, at: ink.at.slice() };
  const found = [];
  for (const { s, y0 } of lines) {
    const middle = 2 * y0 + s;
    if (found.some((other) => Math.abs(middle - other) <= 2 * reach + 2)) continue;
    const places = [...Array(width).keys()].map((x) => [y0 + rise(s, x), x]).filter(([y]) => y >= 0 && y < height);
    const n = places.length;
    if (n < width / 2) continue;
    const hits = places.map(([y, x]) => ([-1, 0, 1].some((d) => thin.at[row(y + d) * width + x]) ? 1 : 0));
    const end = Math.max(1, div(n, 6));
    const parts = [hits.slice(0, end), hits.slice(n - end), hits.slice(0, div(n, 2)), hits.slice(div(n, 2))];
    if (!parts.every((part) => sum(part) >= part.length / 2)) continue;
    found.push(middle);
    const limit = Math.max(p.rule_darker * quantile(places.map(([y, x]) => at(y, x)), 0.5), p.rule_pen * pen);
    for (const [y, x] of places) {
      const beside = Math.max(at(y - reach - 1, x), at(y + reach + 1, x));
      for (let d = -reach; d <= reach; d++) {
        const v = at(y + d, x);
        const i = row(y + d) * width + x;
        result.at[i] = Math.min(result.at[i], v > limit ? v : Math.min(v, beside));
      }
    }
  }
  return result;
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

function sides({ width, height }, names) {
  const across = [...Array(width).keys()];
  const down = [...Array(height).keys()];
  return [
    across.map((x) => names[x]),
    across.map((x) => names[(height - 1) * width + x]),
    down.map((y) => names[y * width]),
    down.map((y) => names[y * width + width - 1]),
  ];
}

function trace(ink, limit) {
  const { width, height } = ink;
  const [names, count] = components(ink, ink.at.map((v) => (v > limit ? 1 : 0)));
  const weight = new Float64Array(count + 1);
  const boxes = Array.from(weight, () => ({ left: width, top: height, right: 0, bottom: 0 }));
  names.forEach((name, i) => {
    if (!name) return;
    weight[name] += ink.at[i];
    const [box, x, y] = [boxes[name], i % width, div(i, width)];
    Object.assign(box, { left: Math.min(box.left, x), top: Math.min(box.top, y) });
    Object.assign(box, { right: Math.max(box.right, x + 1), bottom: Math.max(box.bottom, y + 1) });
  });
  const all = [...weight.keys()];
  const leave = (isOut, share) => {
    const others = all.filter((n) => !isOut(n)).map((n) => weight[n]);
    if (largest(others) >= share * largest(weight)) all.forEach((n) => { if (isOut(n)) weight[n] = 0; });
  };
  const ends = sides(ink, names);
  leave((n) => n > 0 && ends.some((side) =>
    side[0] === n || side.at(-1) === n || side.filter((one) => one === n).length / side.length > p.side_share), p.inner_mass);
  const long = ({ left, top, right, bottom }) => Math.max(right - left, bottom - top);
  let isNear = () => true;
  if (isScene(ink)) {
    leave((n) => n > 0 && (!boxes[n].left || !boxes[n].top || boxes[n].right === width || boxes[n].bottom === height), p.cut_mass);
    const heavy = all.slice().sort((a, b) => weight[b] - weight[a]).slice(0, p.frames_looked_at)
      .filter((n) => n && weight[n] >= p.inner_mass * largest(weight));
    const drawn = heavy.filter((n) => {
      const o = boxes[n];
      const holds = heavy.some((other) => {
        const b = boxes[other];
        return b.left > o.left && b.top > o.top && b.right < o.right && b.bottom < o.bottom && long(b) >= p.held_side * long(o);
      });
      const [w, h] = [div(o.right - o.left, 4), div(o.bottom - o.top, 4)];
      const isMiddle = (x, y) => x >= o.left + w && x < o.right - w && y >= o.top + h && y < o.bottom - h;
      return holds && !names.some((one, i) => one === n && isMiddle(i % width, div(i, width)));
    });
    drawn.forEach((n) => { weight[n] = 0; });
    const main = boxes[weight.indexOf(largest(weight))];
    isNear = ({ left, top, right, bottom }) => Math.max(
      left - main.right, main.left - right, top - main.bottom, main.top - bottom) <= p.near * long(main);
  }
  const least = p.speck_mass * largest(weight);
  return Array.from(names, (name) => name > 0 && weight[name] >= least && isNear(boxes[name]));
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

function stroke(ink) {
  const around = padded(ink, 1);
  const has = around.at.map((v) => (v > 0.5 ? 1 : 0));
  let sides = 0;
  has.forEach((v, i) => {
    if ((i + 1) % around.width && v !== has[i + 1]) sides++;
    if (i + around.width < has.length && v !== has[i + around.width]) sides++;
  });
  return (2 * sum(ink.at)) / Math.max((sides * Math.PI) / 4, 1);
}

function thicken(ink) {
  const w = stroke(ink) * (p.box / longest(ink));
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

function once(grey, r) {
  const [ink, noise] = flatten(grey, r);
  const limit = threshold(ink, noise);
  if (limit === null) return null;
  if (!isScene(grey)) return { ink, mask: trace(ink, limit) };
  const pen = quantile(ink.at.filter((v) => v > limit), p.pen_quantile);
  const plain = turned(withoutRules(turned(withoutRules(ink, noise, pen)), noise, pen));
  const again = threshold(plain, noise);
  return again === null ? { ink, mask: trace(ink, limit) } : { ink: plain, mask: trace(plain, again) };
}

function look(channels, working) {
  const whole = toGrey(shrink(channels, working));
  if (!whole) return null;
  let { grey, x, y } = sheet(whole);
  if (isLight(grey)) grey = map(grey, (v) => 1 - v);
  let found = once(grey, Math.max(2, div(longest(grey), p.closing_divisor)));
  if (found && isScene(grey)) {
    const r = Math.ceil(p.closed_strokes * stroke(crop(found.ink, found.mask)));
    if (r < div(longest(grey), p.second_divisor)) found = once(grey, Math.max(2, r));
  }
  return found && { ...found, x, y };
}

function closer(channels, { ink, mask, x, y }) {
  const [{ width, height }] = channels;
  const f = Math.ceil(longest(channels[0]) / p.working_side);
  const b = bounds({ width: ink.width, at: Uint8Array.from(mask) }, (v) => v === 1);
  const box = { left: f * (x + b.left), top: f * (y + b.top) };
  box.right = Math.min(box.left + f * (b.right - b.left), width);
  box.bottom = Math.min(box.top + f * (b.bottom - b.top), height);
  const m = Math.max(box.right - box.left, box.bottom - box.top);
  if (f === 1 || m >= p.small * f) return null;
  const margin = Math.ceil(p.margin * m);
  const [left, top] = [Math.max(box.left - margin, 0), Math.max(box.top - margin, 0)];
  const [right, bottom] = [Math.min(box.right + margin, width), Math.min(box.bottom + margin, height)];
  const side = Math.max(right - left, bottom - top);
  const w = Math.min(Math.max(Math.ceil((p.clear * side) / m), p.working_side), p.closest_side);
  if (Math.ceil(side / w) >= f) return null;
  const part = channels.map((g) => grid(right - left, bottom - top, (row, column) => g.at[(row + top) * width + column + left]));
  return look(part, w);
}

function pixels(picture) {
  const channels = decoded(picture);
  let found = look(channels, p.working_side);
  if (!found) return null;
  found = closer(channels, found) ?? found;
  const stroke = thicken(crop(found.ink, found.mask));
  const small = zoomed(stroke, p.box / longest(stroke));
  const full = largest(small.at);
  return Array.from(centre(map(small, (v) => v / full)).at, (v) => round(255 * v));
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(pixels)));
