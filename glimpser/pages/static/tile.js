// One live picture with what must be known about it: on the wall small, on a stream's page large.

import { h, icon, say } from "./dom.js";
import { rate, statusName, typeName } from "./format.js";
import { LivePicture } from "./live.js";

/** The picture of a stream with its placeholder, badges and ring. */
export class Screen {
  #canvas = h("canvas", { width: 16, height: 9, role: "img" });
  #why = h("p", {});
  #state = h("p", { class: "status-word" });
  #badge = h("span", { class: "badge motion", hidden: true });
  #degraded = h("span", { class: "badge slow", title: "This machine is busy, so that less is done for this stream." }, "Slowed");
  #live;
  #drawn = false;
  #ended = "";
  #stream = null;
  /** When the newest shown picture was captured, milliseconds since 1970; 0 before the first. */
  at = 0;

  constructor(socket, id, fps) {
    this.node = h("div", { class: "screen" }, this.#canvas,
      h("div", { class: "placeholder" }, icon("offline"), this.#state, this.#why),
      h("div", { class: "badges" }, this.#badge, this.#degraded));
    this.#live = new LivePicture(socket, id, this.#canvas, fps, {
      drawn: (at) => {
        this.at = at;
        if (!this.#drawn) this.#draw({ drawn: true });
      },
      ended: (text) => this.#draw({ ended: text }),
    });
  }

  /** Show a stream's present state; `open`: types of the events that last now. */
  update(stream, open) {
    this.#stream = stream;
    if (stream.status !== "active") this.#drawn = false;
    this.#canvas.setAttribute("aria-label", `Live picture of ${stream.name}`);
    // Without a picture the placeholder says why already.
    const event = stream.status === "active" ? open.at(-1) : undefined;
    this.node.classList.toggle("alert", event !== undefined);
    this.#badge.hidden = event === undefined;
    if (event) say(this.#badge, typeName(event));
    this.#degraded.hidden = !stream.degraded;
    this.#draw({});
  }

  close() {
    this.#live.close();
  }

  #draw({ drawn = this.#drawn, ended = this.#ended }) {
    this.#drawn = drawn && this.#stream?.status === "active";
    this.#ended = drawn ? "" : ended;
    this.node.classList.toggle("has-picture", this.#drawn);
    const { status = "starting", reason = null } = this.#stream ?? {};
    this.node.dataset.status = status;
    say(this.#state, this.#ended ? "Ended" : status === "active" ? "Waiting for a picture…" : statusName(status));
    say(this.#why, this.#ended || reason?.text || "");
  }
}

/** A tile of the wall. */
export class Tile {
  #name = h("span", { class: "name" });
  #facts = h("span", { class: "facts" });
  #dot = h("span", { class: "dot" });
  #status = h("span", { class: "unseen" });
  #screen;

  constructor(socket, id, href) {
    this.#screen = new Screen(socket, id, 5);
    this.node = h("li", { class: "tile", data: { stream: id } },
      h("a", { href }, this.#screen.node,
        h("span", { class: "caption" }, this.#dot, this.#name, this.#status, this.#facts)));
  }

  update(stream, open) {
    say(this.#name, stream.name);
    say(this.#status, `, ${statusName(stream.status)}`);
    const live = stream.status === "active";
    say(this.#facts, live ? [stream.resolution?.replace("x", "×"), rate(stream.fps)].filter(Boolean).join(" · ") : "");
    this.#dot.dataset.status = stream.status;
    this.#screen.update(stream, open);
  }

  close() {
    this.#screen.close();
  }
}
