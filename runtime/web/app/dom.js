/** Small helpers for the page's elements. @module */

/** The element of that id. @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Whether a button is pressed in. @param {HTMLElement} button @param {boolean} is */
export function press(button, is) {
  button.setAttribute("aria-pressed", String(is));
}

/**
 * What the browser keeps for the next visit, where it keeps anything: private windows and strict
 * settings forbid it.
 */
export const memory = {
  get(key, store = "localStorage") {
    try {
      return JSON.parse(window[store].getItem(`thimble.${key}`));
    } catch {
      return null;
    }
  },
  set(key, value, store = "localStorage") {
    try {
      window[store].setItem(`thimble.${key}`, JSON.stringify(value));
    } catch {
      // the next visit begins as the first one
    }
  },
};

/**
 * A canvas as fine as the screen, cleared; its context measures in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @returns {{context: CanvasRenderingContext2D, width: number, height: number}}
 */
export function fine(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
}

/** A colour of the style sheets. @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
