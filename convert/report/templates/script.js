"use strict";
// Everything can be read without this; it lets one choose a board and filter the errors.

const shown = (name) => document.querySelector(`[data-show="${name}"]`);
const put = (name, ...content) => shown(name).replaceChildren(...content);
const figure = (row, cell) => {
  const found = row.querySelector(`[data-cell="${cell}"]`);
  return found && [...found.cloneNode(true).childNodes];
};
const value = (row, cell) => Number(row.querySelector(`[data-cell="${cell}"] data`)?.value || NaN);

function picker(form) {
  const { choice, clock } = form.elements;
  const draw = () => {
    const row = document.querySelector(`[data-pick="${choice.value}"]`);
    const hertz = clock.value * 1e6;
    const cycles = value(row, "cycles");
    const own = (what) => row.dataset[what] ? `; the board has ${Number(row.dataset[what]).toLocaleString("en")}` : "";
    for (const what of ["flash", "ram"]) put(what, ...figure(row, what));
    put("flash-note", `code and tables, at most${own("flash")}`);
    put("ram-note", `arena, driver and stack, at most${own("ram")}`);
    put("name", row.querySelector('[data-cell="name"]').textContent.trim());
    put("clock", hertz > 0 ? ` at ${clock.value} MHz` : "");
    if (cycles && hertz > 0) {
      put("time", `${(cycles / hertz * 1000).toPrecision(3)} ms`);
      put("time-note", "estimated: ", ...figure(row, "cycles"), " cycles, ", ...figure(row, "instructions"), " instructions");
    } else {
      put("time", ...figure(row, "instructions"));
      put("time-note", cycles ? "instructions, estimated; give a clock for milliseconds"
        : "instructions, estimated; this core's cycles are not known");
    }
  };
  choice.addEventListener("change", () => {
    const { clock: hertz } = document.querySelector(`[data-pick="${choice.value}"]`).dataset;
    if (hertz) clock.value = hertz / 1e6;
    draw();
  });
  clock.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}

function filter(form) {
  const choice = form.querySelector("select");
  const groups = [];
  for (let next = form.nextElementSibling; next && !next.matches("form, h3"); next = next.nextElementSibling) {
    if (next.matches("details")) groups.push(next);
  }
  choice.addEventListener("change", () => {
    for (const group of groups) {
      const cards = [...group.querySelectorAll("[data-truth]")];
      for (const card of cards) card.hidden = choice.value !== "" && card.dataset.truth !== choice.value;
      group.hidden = cards.every((card) => card.hidden);
      group.open = choice.value !== "";
    }
  });
  form.hidden = false;
}

function follow(links) {
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      for (const link of links) {
        const here = link.hash === `#${target.id}`;
        link.toggleAttribute("aria-current", here);
        const list = link.closest("ul");
        if (here && list.scrollWidth > list.clientWidth) {
          list.scrollTo({ left: link.offsetLeft - list.offsetLeft - 16 });
        }
      }
    }
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const section of document.querySelectorAll("main > section")) watch.observe(section);
}

document.querySelectorAll(".picker").forEach(picker);
document.querySelectorAll(".filter").forEach(filter);
follow([...document.querySelectorAll("nav a")]);
