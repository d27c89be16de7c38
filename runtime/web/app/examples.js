/** Digits to try, as strokes on the pad: points in 0..1 of it, y down. @module */

/** Part of an ellipse; degrees from the right, clockwise as y points down. */
function arc(x, y, rx, ry, from, to) {
  return Array.from({ length: 16 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 15) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

/** Points between two. */
function line(...ends) {
  return ends.slice(1).flatMap(([x, y], i) => {
    const [fromX, fromY] = ends[i];
    return Array.from({ length: 7 }, (_, k) => [
      fromX + ((x - fromX) * k) / 6, fromY + ((y - fromY) * k) / 6]);
  });
}

/** By what they are. @type {[string, [number, number][][]][]} */
export const EXAMPLES = [
  ["0", [arc(0.5, 0.5, 0.18, 0.28, -80, 285)]],
  ["1", [line([0.53, 0.2], [0.48, 0.8])]],
  ["2", [[...arc(0.5, 0.36, 0.17, 0.15, -170, 45), ...line([0.62, 0.47], [0.34, 0.77], [0.69, 0.77])]]],
  ["3", [[...arc(0.48, 0.35, 0.15, 0.14, -155, 85), ...arc(0.48, 0.64, 0.18, 0.16, -85, 155)]]],
  ["4", [line([0.42, 0.22], [0.32, 0.56], [0.7, 0.56]), line([0.6, 0.3], [0.58, 0.82])]],
  ["5", [[...line([0.66, 0.23], [0.41, 0.23], [0.38, 0.46]), ...arc(0.48, 0.61, 0.18, 0.17, -110, 145)]]],
  ["6", [[...line([0.6, 0.2], [0.44, 0.42]), ...arc(0.51, 0.63, 0.16, 0.16, 190, -165)]]],
  ["7", [line([0.31, 0.24], [0.69, 0.24], [0.47, 0.8])]],
  ["8", [[...arc(0.5, 0.36, 0.14, 0.14, 60, -250), ...arc(0.5, 0.65, 0.17, 0.16, -80, 260)]]],
  ["9", [[...arc(0.5, 0.37, 0.16, 0.15, 0, -345), ...line([0.66, 0.4], [0.58, 0.8])]]],
];
