// What the page knows of the streams: read once, kept up by the feed.

import { all, get } from "./api.js";

const TOLD_WHOLE = new Set(["created", "updated"]);
const GONE = new Set(["deleted", "removed"]);
const MEASURED = ["status", "reason", "resolution", "fps", "codec", "last_frame_at", "retry_at", "attempts", "mode", "since"];

/** What was told, but with the state that is known already where that began later: an answer may be overtaken by the feed. */
function newest(known, told) {
  if (!known?.since || !told.since || known.since <= told.since) return told;
  return { ...told, ...Object.fromEntries(MEASURED.map((name) => [name, known[name]])) };
}

/** All streams that the viewer sees. Event `change` when any of them changed. */
export class Streams extends EventTarget {
  #byId = new Map();
  #open = new Map();
  loaded = false;

  /** Streams by name. */
  get list() {
    return [...this.#byId.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  get(id) {
    return this.#byId.get(id);
  }

  /** A stream's name; of one that is gone, so much. */
  name(id) {
    return this.#byId.get(id)?.name ?? (id ? "A removed stream" : "The hub");
  }

  /** Types of the events that last now on a stream, the newest last. */
  open(id) {
    return [...(this.#open.get(id)?.values() ?? [])];
  }

  /** Read everything (again). */
  async load({ events = true } = {}) {
    const [streams, open] = await Promise.all([
      all("api/streams?limit=500"),
      events ? all("api/events?state=open&limit=500") : [],
    ]);
    this.#byId = new Map(streams.map((stream) => [stream.id, stream]));
    if (events) {
      this.#open.clear();
      open.forEach((event) => this.#mark(event));
    }
    this.loaded = true;
    this.#tell();
  }

  /** Put in a stream as the API answered it. */
  put(stream) {
    this.#byId.set(stream.id, newest(this.#byId.get(stream.id), stream));
    this.#tell();
  }

  /** Take in one entry of the feed. */
  async hear({ topic, change, id, data }) {
    if (topic === "event") this.#mark(data);
    else if (topic !== "stream") return;
    else if (GONE.has(change)) this.#byId.delete(id);
    else if (TOLD_WHOLE.has(change) || !this.#byId.has(id)) {
      const stream = await get(`api/streams/${id}`).catch(() => null);
      if (stream) this.#byId.set(id, newest(this.#byId.get(id), stream));
    } else Object.assign(this.#byId.get(id), data);
    this.#tell();
  }

  #mark(event) {
    const open = this.#open.get(event.stream_id) ?? new Map();
    if (event.state === "open") open.set(event.id, event.type);
    else open.delete(event.id);
    this.#open.set(event.stream_id, open);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
