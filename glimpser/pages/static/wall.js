// The wall: every stream, live.

import { addStream } from "./add.js";
import { at } from "./api.js";
import { button, fill, h, icon, say } from "./dom.js";
import { Tile } from "./tile.js";

export function wallPage(app) {
  const tiles = new Map();
  const grid = h("ul", { class: "wall" });
  const summary = h("p", { class: "muted" });
  const empty = h("section", { class: "empty" });
  const may = app.can("streams.configure");
  const add = () => addStream(app);
  fill(empty, icon("wall"), h("h2", {}, "No streams yet"),
    h("p", {}, may ? "Add a camera, a video server or a file, and it appears here live." :
      "Nobody has added a stream that you may see."),
    may && button("plus", "Add a stream", add, { kind: "primary" }));
  const full = button("full", "Full screen", () => grid.requestFullscreen?.(), { quiet: true, kind: "full" });
  const node = h("section", {},
    h("div", { class: "bar" }, h("h1", {}, "Wall"), summary, h("span", { class: "gap" }),
      full,
      may && button("plus", "Add stream", add, { kind: "primary" })),
    grid, empty);

  function draw() {
    const streams = app.streams.list;
    const ids = new Set(streams.map((stream) => stream.id));
    for (const [id, tile] of tiles) {
      if (!ids.has(id)) {
        tile.close();
        tile.node.remove();
        tiles.delete(id);
      }
    }
    streams.forEach((stream, place) => {
      if (!tiles.has(stream.id)) tiles.set(stream.id, new Tile(app.socket, stream.id, at(`streams/${stream.id}`)));
      const tile = tiles.get(stream.id);
      tile.update(stream, app.streams.open(stream.id));
      if (grid.children[place] !== tile.node) grid.insertBefore(tile.node, grid.children[place] ?? null);
    });
    grid.dataset.count = Math.min(streams.length, 5);
    full.hidden = streams.length === 0;
    grid.hidden = streams.length === 0;
    empty.hidden = streams.length > 0;
    const live = streams.filter((stream) => stream.status === "active").length;
    say(summary, streams.length ? `${live} of ${streams.length} live` : "");
  }

  app.streams.addEventListener("change", draw);
  draw();
  return {
    title: "Wall",
    node,
    leave() {
      app.streams.removeEventListener("change", draw);
      tiles.forEach((tile) => tile.close());
    },
  };
}
