// The page's one WebSocket: the feed of changes and every live picture.

import { ROOT } from "./api.js";

const HEAD = 12;
const LONGEST_WAIT = 15000;

/** Events: `state` (connecting, live, reconnecting), `change` (detail: one entry of the feed), `reset` (read again what
 *  is on screen), `lost` (the connection ended unasked). */
export class PageSocket extends EventTarget {
  #subscriptions = new Map();
  #next = 1;
  #seq = null;
  #attempts = 0;
  #socket = null;
  #timer = 0;
  #wanted = false;
  #path;
  state = "connecting";

  /** `path`: where the hub answers it. */
  constructor(path = "api/ws") {
    super();
    this.#path = path;
  }

  /** Connect, and stay connected until `close()`. */
  open() {
    this.#wanted = true;
    clearTimeout(this.#timer);
    const url = new URL(this.#path, ROOT);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#told(JSON.parse(data));
      else this.#picture(data);
    });
    socket.addEventListener("close", () => socket === this.#socket && this.#lost());
    this.#socket = socket;
  }

  /** Disconnect for good. */
  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Give up a connection that seems dead, and connect again. */
  restart() {
    if (!this.#wanted || this.state !== "live") return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#lost();
  }

  /** Connect now instead of after the wait. */
  hurry() {
    if (this.#wanted && this.#socket === null) this.open();
  }

  /** The first greeting, or a moment without one. */
  greeted(patience = 1500) {
    if (this.state === "live") return Promise.resolve();
    return new Promise((done) => {
      this.addEventListener("reset", done, { once: true });
      setTimeout(done, patience);
    });
  }

  /** Sequence number of the feed up to which this page has heard. */
  get seq() {
    return this.#seq;
  }

  /** Watch a stream; the longer side in pixels, 0 = as it is. `listener`: `picture(blob, at)`, `ended(text)`. */
  subscribe(stream, side, fps, listener) {
    const number = this.#next++;
    this.#subscriptions.set(number, { stream, side, fps, listener });
    this.#subscribe(number);
    return number;
  }

  /** Stop watching. */
  unsubscribe(number) {
    if (this.#subscriptions.delete(number)) this.#send({ type: "unsubscribe", id: number });
  }

  #subscribe(number) {
    const { stream, side, fps } = this.#subscriptions.get(number);
    this.#send({ type: "subscribe", id: number, stream, side, fps });
  }

  #send(message) {
    if (this.state === "live" && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #told(message) {
    if (message.type === "hello") this.#greeted(message);
    else if (message.type === "change") {
      this.#seq = message.seq;
      this.#emit("change", message);
    } else if (message.type === "reset") {
      this.#seq = message.seq;
      this.#emit("reset");
    } else if (message.type === "ended") this.#ended(message.id, "The hub ended this live view.");
    else if (message.type === "error" && message.id !== null) this.#ended(message.id, message.detail);
  }

  #greeted(hello) {
    const first = this.#seq === null;
    if (first) this.#seq = hello.seq;
    this.#attempts = 0;
    this.#become("live");
    this.#send({ type: "feed", after: this.#seq });
    for (const number of this.#subscriptions.keys()) this.#subscribe(number);
    if (first) this.#emit("reset");
  }

  #picture(buffer) {
    const view = new DataView(buffer);
    const found = this.#subscriptions.get(view.getUint32(0));
    if (!found) return;
    const at = Number(view.getBigUint64(4)) / 1000;
    found.listener.picture(new Blob([new Uint8Array(buffer, HEAD)], { type: "image/jpeg" }), at);
  }

  #ended(number, text) {
    const found = this.#subscriptions.get(number);
    this.#subscriptions.delete(number);
    found?.listener.ended(text);
  }

  #lost() {
    this.#socket = null;
    if (!this.#wanted) return;
    this.#become("reconnecting");
    const longest = Math.min(LONGEST_WAIT, 500 * 2 ** this.#attempts++);
    this.#timer = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
    this.#emit("lost");
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit("state");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
