/** The last answers, with the pictures that they were of; they are gone when the page is. @module */

import { $, make } from "./dom.js";

const MOST = 12;
const SIDE = 96; // pixels of a small picture

/**
 * Keep a picture and its answer.
 * @param {HTMLCanvasElement} canvas
 * @param {{said: string, about: string}} told
 * @param {(picture: ImageBitmap) => void} again  shows it once more
 */
export async function keep(canvas, { said, about }, again) {
  const picture = await createImageBitmap(canvas);
  const small = make("canvas", { width: SIDE, height: SIDE });
  const side = Math.min(picture.width, picture.height);
  const corner = [(picture.width - side) / 2, (picture.height - side) / 2];
  small.getContext("2d").drawImage(picture, ...corner, side, side, 0, 0, SIDE, SIDE);
  const button = make("button", { type: "button" }, small, make("span", { textContent: said }));
  button.setAttribute("aria-label", about);
  button.addEventListener("click", () => again(picture));
  $("strip").prepend(make("li", {}, button));
  while ($("strip").children.length > MOST) $("strip").lastChild.remove();
  document.querySelector(".kept").hidden = false;
}
