// One stream: its live picture, what is known about it, what happened on it.

import { at, get, send } from "./api.js";
import { confirm } from "./dialog.js";
import { button, fill, h, note, say } from "./dom.js";
import { ago, rate, statusName, when } from "./format.js";
import { Inbox } from "./inbox.js";
import { Screen } from "./tile.js";

const MODES = {
  none: "nothing is decoded",
  key: "keyframes only, until something happens",
  nonref: "some frames, until something happens",
  full: "every frame",
};

export function streamPage(app, id) {
  if (!app.streams.get(id)) {
    return { title: "Not found", node: h("section", { class: "empty" }, h("h1", {}, "There is no such stream"),
      h("p", {}, h("a", { href: at("") }, "To the wall"))) };
  }
  const screen = new Screen(app.socket, id, 12);
  const name = h("h1", {});
  const status = h("span", { class: "pill" });
  const facts = h("dl", { class: "facts-list" });
  const actions = h("div", { class: "actions" });
  const inbox = app.can("events.view") &&
    new Inbox(app, { stream: id }, (activity) => activity.stream_id === id, { empty: "Nothing has happened on this stream yet." });
  let abilities = "";

  function draw() {
    const stream = app.streams.get(id);
    if (!stream) return void app.go("");
    document.title = `${stream.name} · Glimpser`;
    say(name, stream.name);
    say(status, statusName(stream.status));
    status.dataset.status = stream.status;
    screen.update(stream, app.streams.open(id));
    drawFacts(stream);
    // Drawn anew only when it differs, so that the focus stays where it is.
    const key = `${stream.can} ${stream.enabled}`;
    if (key !== abilities) fill(actions, ...buttons(stream));
    abilities = key;
  }

  function drawFacts(stream) {
    const last = Math.max(screen.at, stream.last_frame_at ? Date.parse(stream.last_frame_at) : 0);
    const rows = [
      ["Resolution", stream.resolution?.replace("x", "×")],
      ["Rate", rate(stream.fps)],
      ["Codec", stream.codec],
      ["Analysis", stream.mode && (MODES[stream.mode] ?? stream.mode)],
      ["Last frame", last ? ago(last) : ""],
      ["Since", stream.since && when(stream.since)],
      ["Next attempt", stream.retry_at && when(stream.retry_at)],
      ["Source", stream.source],
    ].filter(([, value]) => value);
    fill(facts, rows.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))));
  }

  function buttons(stream) {
    const able = (permission) => stream.can.includes(permission);
    return [
      able("streams.control") && (stream.enabled
        ? button("stop", "Stop", () => control("stop"))
        : button("play", "Start", () => control("start"), { kind: "primary" })),
      able("streams.control") && stream.enabled && button("picture", "Snapshot", keep),
      button("full", "Full screen", () => screen.node.requestFullscreen?.(), { quiet: true }),
      able("streams.configure") && button("trash", "Remove this stream", remove, { quiet: true, kind: "danger quiet-danger" }),
    ];
  }

  async function tell(work) {
    try {
      await work();
    } catch (error) {
      note(error.message, "bad");
    }
  }

  const control = (verb) => tell(async () => app.streams.put(await send("POST", `api/streams/${id}/${verb}`)));

  const keep = () => tell(async () => {
    await send("POST", `api/streams/${id}/snapshots`, { fresh: true });
    note("The snapshot is kept.");
  });

  const remove = () => tell(async () => {
    const { name: called } = app.streams.get(id);
    if (!(await confirm("Remove this stream?", `“${called}” stops and is removed. What was kept stays until it ages out.`, "Remove"))) return;
    await send("DELETE", `api/streams/${id}`, undefined, { match: "*" });
    app.go("");
  });

  app.streams.addEventListener("change", draw);
  const clock = setInterval(() => app.streams.get(id) && drawFacts(app.streams.get(id)), 1000);
  draw();
  return {
    title: app.streams.get(id).name,
    node: h("section", { class: "stream" },
      h("div", { class: "bar" }, h("a", { class: "back", href: at("") }, "Wall"), name, status, h("span", { class: "gap" }), actions),
      h("div", { class: "columns" },
        h("div", { class: "large" }, screen.node),
        h("aside", { "aria-label": "Facts" }, facts, diagnostics(id))),
      inbox && h("section", { class: "recent" }, h("h2", {}, "Recent activity"), inbox.node)),
    leave() {
      app.streams.removeEventListener("change", draw);
      clearInterval(clock);
      screen.close();
      inbox?.close();
    },
  };
}

function diagnostics(id) {
  const body = h("pre", { tabindex: 0 });
  const node = h("details", { on: { toggle: load } }, h("summary", {}, "Diagnostics"), body);

  async function load() {
    if (!node.open) return;
    say(body, "Reading…");
    try {
      say(body, JSON.stringify(await get(`api/streams/${id}/diagnostics`), null, 2));
    } catch (error) {
      say(body, error.message);
    }
  }

  return node;
}
