// Elements from data. Text is only ever set as text: there is no way from a name to markup in these pages.

/** An element. `props`: `class`, `on` (listeners by name), `data` (data attributes), else attributes; null and false
 *  are left out, true is an empty attribute. Children are nodes or texts; null and false are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/** Replace what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Set a text only when it changed, so that screen readers and the layout are left alone. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false);
}

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  wall: "M3 4h8v7H3zM13 4h8v7h-8zM3 13h8v7H3zM13 13h8v7h-8z",
  events: "M12 3a6 6 0 0 0-6 6v4l-2 4h16l-2-4V9a6 6 0 0 0-6-6zM10 20h4",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  out: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  plus: "M12 5v14M5 12h14",
  play: "M8 5.5v13l10.5-6.5z",
  stop: "M6 6h12v12H6z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  back: "M14.5 5.5 8 12l6.5 6.5",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  offline: "M3 7h11v10H3zM14 10.5l6-3v9l-6-3M2 2l20 20",
  mend: "M14 6a4.5 4.5 0 0 0-5.5 5.5L3 17l4 4 5.5-5.5A4.5 4.5 0 0 0 18 10l-3 1-2-2z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
};

/** A drawing that says nothing by itself; what it stands beside carries the words. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon and words; `quiet` words are for screen readers and the tooltip only. */
export function button(name, words, click, { kind = "", quiet = false, type = "button" } = {}) {
  return h(
    "button",
    { type, class: `button ${kind} ${quiet ? "square" : ""}`, title: quiet ? words : null, on: click ? { click } : {} },
    name && icon(name),
    h("span", { class: quiet ? "unseen" : "" }, words),
  );
}

let notes = 0;

/** Tell something for a few seconds. */
export function note(text, kind = "") {
  const region = document.getElementById("notes");
  const entry = h("p", { class: `note ${kind}`, data: { note: ++notes } }, text);
  region.append(entry);
  setTimeout(() => entry.remove(), 6000);
}
