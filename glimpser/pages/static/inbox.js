// A list of activities, newest first, that grows downwards on demand and upwards by the feed.

import { ActivityCard } from "./activity.js";
import { get, list } from "./api.js";
import { button, fill, h, note, say } from "./dom.js";
import { dayName } from "./format.js";

const PAGE = 24;
const SETTLE = 250;
const MANY = 12;

/** `filter`: query parameters of /api/activities; `fits(activity)`: whether it belongs to the list as filtered. */
export class Inbox {
  #app;
  #filter;
  #fits;
  #cards = new Map();
  #next = null;
  #touched = new Set();
  #timer = 0;
  #turn = 0;
  #list = h("ol", { class: "activities" });
  #empty = h("p", { class: "empty-line", hidden: true });
  #more = button(null, "More", () => this.#older(), { kind: "wide" });
  #hear = ({ detail }) => this.#heard(detail);
  #reset = () => this.load();

  constructor(app, filter, fits, { empty, days = false }) {
    this.#app = app;
    this.#filter = new URLSearchParams(filter);
    this.#fits = fits;
    this.days = days;
    say(this.#empty, empty);
    this.#more.hidden = true;
    this.node = h("div", {}, this.#list, this.#empty, this.#more);
    app.socket.addEventListener("change", this.#hear);
    app.socket.addEventListener("reset", this.#reset);
    this.load();
  }

  close() {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#app.socket.removeEventListener("change", this.#hear);
    this.#app.socket.removeEventListener("reset", this.#reset);
  }

  /** Read the newest ones (again). */
  async load() {
    const turn = ++this.#turn;
    try {
      const page = await list(`api/activities?limit=${PAGE}&${this.#filter}`);
      if (turn !== this.#turn) return;
      this.#cards.clear();
      this.#take(page);
    } catch (error) {
      note(error.message, "bad");
    }
  }

  /** Put in an activity as it is now. */
  put(activity) {
    const card = this.#cards.get(activity.id);
    // What was reviewed here stays where it is, marked, until the list is read again.
    if (!card && !this.#fits(activity)) return;
    this.#card(activity);
    this.#draw();
  }

  async #older() {
    this.#more.disabled = true;
    const turn = this.#turn;
    try {
      const page = await list(this.#next);
      if (turn === this.#turn) this.#take(page);
    } catch (error) {
      note(error.message, "bad");
    }
    this.#more.disabled = false;
  }

  #take({ items, next }) {
    this.#next = next;
    items.forEach((activity) => this.#card(activity));
    this.#draw();
  }

  #card(activity) {
    if (!this.#cards.has(activity.id)) this.#cards.set(activity.id, new ActivityCard(this.#app, (now) => this.put(now)));
    this.#cards.get(activity.id).update(activity);
  }

  #draw() {
    const cards = [...this.#cards.values()].sort((a, b) =>
      a.activity.started_at === b.activity.started_at ? (a.activity.id < b.activity.id ? 1 : -1)
        : a.activity.started_at < b.activity.started_at ? 1 : -1);
    const nodes = [];
    let day = "";
    for (const card of cards) {
      const its = this.days ? dayName(card.activity.started_at) : "";
      if (its !== day) nodes.push(h("li", { class: "day" }, h("h2", {}, its)));
      day = its;
      nodes.push(card.node);
    }
    const focused = document.activeElement;
    fill(this.#list, nodes);
    if (this.#list.contains(focused)) focused.focus({ preventScroll: true });
    this.#empty.hidden = cards.length > 0;
    this.#more.hidden = this.#next === null;
  }

  #heard({ topic, id, data }) {
    const touched = topic === "activity" ? id : topic === "event" ? data.activity_id : null;
    if (!touched) return;
    this.#touched.add(touched);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), SETTLE);
  }

  /** Read what the feed named: its entries do not say what the viewer has reviewed. */
  async #settle() {
    const ids = [...this.#touched];
    this.#touched.clear();
    if (ids.length > MANY) return void this.load();
    const found = await Promise.all(ids.map((id) => get(`api/activities/${id}`).catch(() => null)));
    const turn = this.#turn;
    for (const activity of found) {
      if (activity && turn === this.#turn) {
        delete activity.events;
        this.put(activity);
      }
    }
  }
}
