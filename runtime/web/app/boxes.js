/** Boxes around what was read, over the picture that it was read in. @module */

import { $ } from "./dom.js";

const FINE = 1024; // pixels of the boxes' canvas, on its longer side

/**
 * @param {{width: number, height: number}} picture
 * @param {import("./kinds.js").Found[]} boxes
 * @param {string[]} labels
 * @param {number} chosen
 */
export function showBoxes({ width, height }, boxes, labels, chosen) {
  const canvas = $("boxes");
  const scale = FINE / Math.max(width, height);
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const unit = Math.max(width, height) / 256;
  boxes.forEach((box, i) => {
    context.lineWidth = (i === chosen ? 3 : 1.5) * unit;
    context.strokeStyle = "#e8743b";
    context.strokeRect(box.x, box.y, box.width, box.height);
    context.font = `bold ${18 * unit}px system-ui, sans-serif`;
    context.lineWidth = 4 * unit;
    context.strokeStyle = "#fff";
    context.fillStyle = "#b4441a";
    const at = [box.x, Math.max(18 * unit, box.y - 4 * unit)];
    context.strokeText(labels[i], ...at);
    context.fillText(labels[i], ...at);
  });
}

export function hideBoxes() {
  $("boxes").width = $("boxes").height = 1;
}

/**
 * The number of the box that was tapped, or -1.
 * @param {MouseEvent} event
 * @param {{width: number, height: number}} picture
 * @param {import("./kinds.js").Found[]} boxes
 */
export function boxAt(event, picture, boxes) {
  const box = $("boxes").getBoundingClientRect();
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const x = (event.clientX - box.left - (box.width - scale * picture.width) / 2) / scale;
  const y = (event.clientY - box.top - (box.height - scale * picture.height) / 2) / scale;
  return boxes.findIndex((one) =>
    x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
}
