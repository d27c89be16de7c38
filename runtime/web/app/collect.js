/** Collects examples of classes that are named here: pictures, or motion while a button is held. @module */

import { $, make, memory } from "./dom.js";
import * as store from "./store.js";
import { text } from "./text.js";
import { zip } from "./zip.js";

const PAUSE = 140; // milliseconds between two pictures
const MOST = 4000; // of all; more are asking too much of a phone

/** @typedef {import("./store.js").Item} Item */

export class Collector {
  /** @type {Item[]} */
  #items = [];
  #holding = false;

  /**
   * @param {{problem: (key?: string) => void, shot: () => Promise<Blob | null>,
   *   record: () => {stop: () => Blob | null}, changed: (kind: string) => void}} page
   *   `shot` gives a picture of now, `record` begins a recording
   */
  constructor(page) {
    this.page = page;
    this.kind = "camera";
    const button = $("hold");
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      void this.#begin();
    });
    for (const end of ["pointerup", "pointercancel", "blur"]) {
      button.addEventListener(end, () => { this.#holding = false; });
    }
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) void this.#begin();
    });
    button.addEventListener("keyup", () => { this.#holding = false; });
    $("save").addEventListener("click", () => void this.#save());
    $("share").addEventListener("click", () => void this.#share());
    $("forget").addEventListener("click", () => void this.#forget());
    $("class").value = memory.get("class") ?? "";
    $("class").addEventListener("input", () => memory.set("class", $("class").value));
  }

  /** Take up what an earlier visit collected, and offer `kinds`. @param {string[]} kinds @param {string[]} labels */
  async offer(kinds, labels) {
    $("kinds").replaceChildren(...kinds.map((kind) => {
      const input = make("input", { type: "radio", name: "collect", value: kind, checked: kind === kinds[0] });
      input.addEventListener("change", () => this.choose(kind));
      const words = { camera: text.collectCamera, motion: text.collectMotion };
      return make("label", {}, input, make("span", { textContent: words[kind] }));
    }));
    $("classes").replaceChildren(...labels.map((value) => make("option", { value })));
    this.kind = kinds[0];
    this.#items = await store.all().catch(() => this.#items);
    this.#show();
  }

  /** Collect pictures or motion from now on. @param {string} kind */
  choose(kind) {
    this.kind = kind;
    this.#show();
    this.page.changed(kind);
  }

  /** Whether something is here that was not saved by a file. */
  get empty() {
    return this.#items.length === 0;
  }

  get #ours() {
    return this.#items.filter(({ kind }) => kind === this.kind);
  }

  async #begin() {
    const name = $("class").value.trim();
    this.page.problem();
    if (!name) return this.#refuse("nameFirst");
    if (/[/\\]|^\./.test(name)) return this.#refuse("badName");
    if (this.#items.length >= MOST) return this.page.problem("tooMany");
    if (this.#holding) return undefined;
    this.#holding = true;
    $("hold").classList.add("held");
    await (this.kind === "camera" ? this.#pictures(name) : this.#recording(name));
    $("hold").classList.remove("held");
    $("hold").textContent = text.hold;
    this.#show();
    return undefined;
  }

  #refuse(key) {
    this.page.problem(key);
    $("class").focus();
  }

  /** One picture after the other, at least one. */
  async #pictures(name) {
    let count = 0;
    do {
      const blob = await this.page.shot();
      if (!blob) break;
      await this.#add(name, blob);
      $("hold").textContent = text.holding(++count);
      await new Promise((done) => setTimeout(done, PAUSE));
    } while (this.#holding && this.#items.length < MOST);
    this.#holding = false;
  }

  /** One recording, as long as the button is held. */
  async #recording(name) {
    const recording = this.page.record();
    while (this.#holding) {
      $("hold").textContent = text.holding(recording.count);
      await new Promise((done) => setTimeout(done, 50));
    }
    const blob = recording.stop();
    if (blob) await this.#add(name, blob);
  }

  async #add(name, blob) {
    const item = { kind: this.kind, name, blob };
    // Where the browser keeps nothing, this page does as long as it is open.
    item.key = await store.add({ ...item }).catch(() => undefined);
    this.#items.push(item);
  }

  async #removeLast(name) {
    const item = this.#ours.findLast((one) => one.name === name);
    this.#items = this.#items.filter((one) => one !== item);
    if (item?.key !== undefined) await store.remove(item.key).catch(() => {});
    this.#show();
  }

  #show() {
    const names = [...new Set(this.#ours.map(({ name }) => name))];
    $("gathered").replaceChildren(...names.map((name) => {
      const count = this.#ours.filter((one) => one.name === name).length;
      const words = this.kind === "camera" ? text.pictures : text.recordings;
      const button = make("button", { type: "button", textContent: "−" });
      button.setAttribute("aria-label", text.removeLast(name));
      button.addEventListener("click", () => void this.#removeLast(name));
      const told = make("span", {}, make("strong", { textContent: name }), ` ${words(count)}`);
      return make("li", {}, told, button);
    }));
    const none = names.length === 0;
    $("gathered-none").hidden = !none;
    $("use").textContent = this.kind === "camera" ? text.useCamera : text.useMotion;
    $("save").disabled = $("forget").disabled = $("share").disabled = none;
    $("share").hidden = !navigator.canShare?.({ files: [new File([], "a.zip", { type: "application/zip" })] });
    $("forget").textContent = text.forget;
    delete $("forget").dataset.sure;
  }

  /** A folder for each class, as `thimble export --data` takes it. */
  async #packed() {
    const counts = new Map();
    const files = await Promise.all(this.#ours.map(async ({ name, blob }) => {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const number = String(counts.get(name)).padStart(4, "0");
      const content = new Uint8Array(await blob.arrayBuffer());
      return { name: `${name}/${number}.${this.kind === "camera" ? "jpg" : "csv"}`, content };
    }));
    const name = this.kind === "camera" ? "pictures.zip" : "recordings.zip";
    return new File([zip(files)], name, { type: "application/zip" });
  }

  async #save() {
    const file = await this.#packed();
    const link = make("a", { href: URL.createObjectURL(file), download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async #share() {
    await navigator.share({ files: [await this.#packed()] }).catch(() => {}); // changed one's mind
  }

  /** Asks once more, on the button itself. */
  async #forget() {
    if (!$("forget").dataset.sure) {
      $("forget").dataset.sure = "asked";
      $("forget").textContent = text.forgetSure;
      return;
    }
    const ours = this.#ours;
    this.#items = this.#items.filter((one) => !ours.includes(one));
    await Promise.all(ours.map(({ key }) => key !== undefined && store.remove(key).catch(() => {})));
    this.#show();
  }
}
