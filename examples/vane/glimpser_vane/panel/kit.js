// What the panels of this plugin share. It is served beside them, and loaded once.

/** An element with attributes and children; children that are strings become text. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Those of the language that is set, English else. */
export function words(context, all) {
  return all[context.language] ?? all.en;
}

/** A compass whose needle points to a bearing. */
export function compass(bearing, label, side = 48) {
  const draw = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const svg = draw("svg", { viewBox: "0 0 48 48", width: side, height: side, role: "img", "aria-label": label });
  svg.append(
    draw("circle", { cx: 24, cy: 24, r: 22, fill: "none", stroke: "currentColor", "stroke-opacity": 0.35 }),
    draw("path", { d: "M24 2v5M24 41v5M2 24h5M41 24h5", stroke: "currentColor", "stroke-opacity": 0.6 }),
    draw("path", { d: "M24 6l5 18h-10z", fill: "var(--g-accent)", transform: `rotate(${Number(bearing) || 0} 24 24)` }),
    draw("circle", { cx: 24, cy: 24, r: 2.5, fill: "currentColor" }),
  );
  return svg;
}

/** Landmarks as a list, or what is said when there are none. */
export function list(marks, none) {
  if (!marks.length) return make("p", { class: "muted" }, none);
  return make("ul", { class: "stack" }, ...marks.map(({ name, sector, bearing }) =>
    make("li", { class: "row" }, compass(bearing, sector, 24), make("strong", {}, name), make("span", { class: "muted" }, `${sector}, ${Math.round(bearing)}°`))));
}

/** Do it, and show why it failed in the panel's place for text. */
export async function shown(place, work) {
  try {
    place.replaceChildren(await work());
  } catch (error) {
    place.replaceChildren(make("p", { class: "wrong", role: "alert" }, error.message));
  }
}

/** Landmarks that lie within a few degrees of a bearing. */
export function towards(context, bearing) {
  return context.request("GET", `api/p/vane/landmarks/${Number(bearing).toFixed(1)}`);
}

/** The newest turn of a stream's vane, or undefined. */
export async function newest(context, stream) {
  const [event] = await context.request("GET", `api/events?stream=${stream.id}&type=vane.turned&limit=1`);
  return event;
}
