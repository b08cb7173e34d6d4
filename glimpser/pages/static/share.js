// What a share link shows: live pictures or one event, for whoever has the link.

import { at, get, Refused, send } from "./api.js";
import { button, fill, h, icon, say } from "./dom.js";
import { Field, form } from "./form.js";
import { lasted, when } from "./format.js";
import { PageSocket } from "./socket.js";
import { Screen, Tile } from "./tile.js";

const REFRESH = 10000;

export function sharePage(app) {
  const place = h("div", { class: "shared" });
  const page = { title: "Shared", node: place, leave };
  const token = decodeURIComponent(location.hash.slice(1));
  let view = null;
  let timer = 0;
  let left = false;

  async function open(password) {
    const answer = await send("POST", "api/auth/links/share", { token, ...(password && { password }) });
    if (left) return;
    view?.leave();
    view = answer.event ? new EventView(answer) : new LiveView(answer, refresh);
    document.title = `${answer.name} · Glimpser`;
    fill(place, view.node);
    clearInterval(timer);
    timer = setInterval(refresh, REFRESH);
  }

  async function start() {
    try {
      await open();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === "share.password_needed") fill(place, ask(open));
      else end(error);
    }
  }

  async function refresh() {
    if (!view) return;
    try {
      const answer = await get(`api/shared/${view.id}`);
      view?.update(answer);
    } catch (error) {
      if (error.status === 401) await start();
    }
  }

  function end(error) {
    leaveView();
    const gone = error.status === 404;
    fill(place, h("section", { class: "empty" }, icon("offline"),
      h("h1", {}, gone ? "This link shows nothing any more" : "This did not work"),
      h("p", {}, gone ? "It has ended, or was never one. Ask whoever gave it to you for a new one." : error.message),
      !gone && button(null, "Try again", start, { kind: "primary" })));
  }

  function leaveView() {
    clearInterval(timer);
    view?.leave();
    view = null;
  }

  function leave() {
    left = true;
    leaveView();
    removeEventListener("hashchange", again);
  }

  const again = () => app.show();
  addEventListener("hashchange", again);
  start();
  return page;
}

function ask(open) {
  const password = new Field("Password", "/password",
    { type: "password", required: true, autocomplete: "off", maxlength: 1024 });
  const go = button(null, "Show", null, { kind: "primary wide", type: "submit" });
  return h("section", { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }),
    h("h1", {}, "Shared with you"),
    h("p", {}, "This link has a password. Who gave you the link knows it."),
    form([password], go, () => open(password.value)));
}

/** A stream, large, or a wall of several. */
class LiveView {
  #socket;
  #shown = new Map();
  #place = h("div", {});
  #title = h("h1", {});

  constructor(answer, lost) {
    this.id = answer.id;
    this.#socket = new PageSocket(`api/shared/${answer.id}/ws`);
    this.#socket.addEventListener("lost", lost);
    this.#socket.open();
    this.#place = h(answer.kind === "stream" ? "div" : "ul", { class: answer.kind === "stream" ? "large" : "wall" });
    this.node = h("section", {},
      h("div", { class: "bar" }, this.#title, h("span", { class: "gap" }),
        button("full", "Full screen", () => this.#place.requestFullscreen?.(), { quiet: true, kind: "full" })),
      this.#place);
    this.update(answer);
  }

  update(answer) {
    say(this.#title, answer.name);
    const ids = new Set(answer.streams.map((stream) => stream.id));
    for (const [id, part] of this.#shown) {
      if (ids.has(id)) continue;
      part.close();
      part.node.remove();
      this.#shown.delete(id);
    }
    for (const stream of answer.streams) {
      if (!this.#shown.has(stream.id)) {
        const part = answer.kind === "stream" ? new Screen(this.#socket, stream.id, 12) : new Tile(this.#socket, stream.id, null);
        this.#shown.set(stream.id, part);
        this.#place.append(part.node);
      }
      this.#shown.get(stream.id).update(stream, []);
    }
    this.#place.dataset.count = Math.min(answer.streams.length, 5);
  }

  leave() {
    this.#socket.close();
    this.#shown.forEach((part) => part.close());
  }
}

/** An event with its clip, or the picture of its best frame. */
class EventView {
  #when = h("p", { class: "muted" });
  #stage = h("div", { class: "stage" });
  #media = "";

  constructor(answer) {
    this.id = answer.id;
    const { event } = answer;
    this.node = h("section", { class: "one-event" },
      h("div", { class: "bar" }, h("h1", {}, answer.name)),
      this.#stage,
      h("h2", {}, event.text || event.title), this.#when);
    this.update(answer);
  }

  update({ event }) {
    if (!event) return;
    say(this.#when, `${event.stream} · ${when(event.started_at)} · ${lasted(event)}`);
    const media = `${event.clip_id} ${event.snapshot_id}`;
    if (media === this.#media) return;
    this.#media = media;
    const picture = event.snapshot_id && at(`api/shared/${this.id}/snapshots/${event.snapshot_id}/image`);
    if (!event.clip_id) {
      fill(this.#stage, picture ? h("img", { src: picture, alt: "The best frame" }) : h("p", { class: "muted" }, "No picture was kept."));
      return;
    }
    const trouble = h("p", { class: "wrong", role: "alert" });
    const clip = at(`api/shared/${this.id}/clips/${event.clip_id}/file`);
    fill(this.#stage, h("video", { src: clip, controls: true, playsinline: true, poster: picture || null,
      on: { error: () => say(trouble, "This browser cannot play the clip.") } }), trouble);
  }

  leave() {}
}
