// The inbox: what happened, until somebody has seen it.

import { send } from "./api.js";
import { button, fill, h, note } from "./dom.js";
import { Inbox } from "./inbox.js";

export function eventsPage(app) {
  const asked = new URLSearchParams(location.search);
  const shown = { only: asked.get("show") === "all" ? "" : "new", stream: asked.get("stream") ?? "" };
  const holder = h("div", {});
  let inbox = null;

  const tabs = h("div", { class: "tabs", role: "group", "aria-label": "Which activities" },
    tab("new", "To review"), tab("", "All"));
  const streams = h("select", { "aria-label": "Stream", on: { change: () => choose({ stream: streams.value }) } });

  function tab(only, words) {
    const made = button(null, words, () => choose({ only }), { kind: "small" });
    made.dataset.only = only;
    return made;
  }

  function choose(change) {
    Object.assign(shown, change);
    const query = new URLSearchParams();
    if (!shown.only) query.set("show", "all");
    if (shown.stream) query.set("stream", shown.stream);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
    draw();
  }

  function draw() {
    inbox?.close();
    for (const made of tabs.children) made.setAttribute("aria-pressed", String(made.dataset.only === shown.only));
    const filter = {};
    if (shown.only) filter.reviewed = "false";
    if (shown.stream) filter.stream = shown.stream;
    inbox = new Inbox(app, filter,
      (activity) => (!shown.only || !activity.reviewed) && (!shown.stream || activity.stream_id === shown.stream),
      { empty: shown.only ? "Nothing to review. New activities appear here by themselves." : "Nothing has happened yet.", days: true });
    fill(holder, inbox.node);
  }

  function names() {
    const list = app.streams.list;
    fill(streams, h("option", { value: "" }, "All streams"), list.map((s) => h("option", { value: s.id }, s.name)));
    streams.value = list.some((s) => s.id === shown.stream) ? shown.stream : "";
  }

  async function markAll() {
    const body = { up_to_seq: app.socket.seq ?? 0, streams: shown.stream ? [shown.stream] : null };
    try {
      const { marked } = await send("POST", "api/activities", body);
      note(marked === 1 ? "1 activity marked as reviewed." : `${marked} activities marked as reviewed.`);
      inbox.load();
    } catch (error) {
      note(error.message, "bad");
    }
  }

  app.streams.addEventListener("change", names);
  names();
  draw();
  return {
    title: "Events",
    node: h("section", {},
      h("div", { class: "bar" }, h("h1", {}, "Events"), tabs, streams, h("span", { class: "gap" }),
        app.can("activities.review") && button("check", "Mark all reviewed", markAll)),
      holder),
    leave() {
      app.streams.removeEventListener("change", names);
      inbox.close();
    },
  };
}
