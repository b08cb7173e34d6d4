// The page's one WebSocket: the feed of changes and every live picture.

import { msg } from "@lit/localize";
import { ROOT } from "../root.js";
import { Changing } from "./watch.js";

const HEAD = 12;
const LONGEST_WAIT = 15_000;

/** One entry of the feed. */
export interface Change {
  seq: number;
  topic: "event" | "activity" | "stream" | "group" | "plugin" | "settings" | "review";
  change: string;
  id: string;
  at: string;
  data: Record<string, unknown>;
}

/** Who watches a stream. */
export interface Viewer {
  picture(blob: Blob, at: number): void;
  ended(text: string): void;
}

interface Subscription {
  stream: string;
  side: number;
  fps: number;
  viewer: Viewer;
}

type Message =
  | { type: "hello"; seq: number }
  | { type: "reset"; seq: number }
  | ({ type: "change" } & Change)
  | { type: "ended"; id: number }
  | { type: "error"; id: number | null; detail: string };

export type SocketState = "connecting" | "live" | "reconnecting" | "closed";

/** Stays connected from `open()` to `close()`. Watch it for its `state`. */
export class PageSocket extends Changing {
  #subscriptions = new Map<number, Subscription>();
  #next = 1;
  #seq: number | null = null;
  #attempts = 0;
  #socket: WebSocket | null = null;
  #timer = 0;
  #wanted = false;
  #path: string;
  #state: SocketState = "closed";
  #changes = new Set<(change: Change) => void>();
  #resets = new Set<() => void>();
  #losses = new Set<() => void>();

  constructor(path = "api/ws") {
    super();
    this.#path = path;
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Number of the feed up to which this page has heard. */
  get seq(): number {
    return this.#seq ?? 0;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  /** Read again what is on screen: the feed cannot say what was missed. */
  onReset(listener: () => void): () => void {
    this.#resets.add(listener);
    return () => this.#resets.delete(listener);
  }

  /** The connection ended unasked. */
  onLost(listener: () => void): () => void {
    this.#losses.add(listener);
    return () => this.#losses.delete(listener);
  }

  open(): void {
    this.#wanted = true;
    clearTimeout(this.#timer);
    if (this.#state === "closed") this.#become("connecting");
    const url = new URL(this.#path, ROOT);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#told(JSON.parse(data) as Message);
      else this.#picture(data as ArrayBuffer);
    });
    socket.addEventListener("close", () => socket === this.#socket && this.#lost());
    this.#socket = socket;
  }

  /** Disconnect for good, and forget where the feed was. */
  close(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    this.#seq = null;
    this.#become("closed");
    socket?.close();
  }

  /** Give up a connection that seems dead, and connect again. */
  restart(): void {
    if (!this.#wanted || this.#state !== "live") return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#lost();
  }

  /** Connect now instead of after the wait. */
  hurry(): void {
    if (this.#wanted && this.#socket === null) this.open();
  }

  /** The first greeting, or a moment without one. */
  greeted(patience = 1500): Promise<void> {
    if (this.#state === "live") return Promise.resolve();
    return new Promise((done) => {
      const stop = this.subscribe(() => {
        if (this.#state !== "live") return;
        stop();
        done();
      });
      setTimeout(done, patience);
    });
  }

  /** Watch a stream; `side`: the longer one in pixels, 0 = as it is. */
  watch(stream: string, side: number, fps: number, viewer: Viewer): number {
    const number = this.#next++;
    this.#subscriptions.set(number, { stream, side, fps, viewer });
    this.#subscribe(number);
    return number;
  }

  unwatch(number: number): void {
    if (this.#subscriptions.delete(number)) this.#send({ type: "unsubscribe", id: number });
  }

  #subscribe(number: number): void {
    const { stream, side, fps } = this.#subscriptions.get(number)!;
    this.#send({ type: "subscribe", id: number, stream, side, fps });
  }

  #send(message: object): void {
    if (this.#state === "live" && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #told(message: Message): void {
    if (message.type === "hello") this.#greeted(message.seq);
    else if (message.type === "change") {
      this.#seq = message.seq;
      for (const listener of [...this.#changes]) listener(message);
    } else if (message.type === "reset") {
      this.#seq = message.seq;
      for (const listener of [...this.#resets]) listener();
    } else if (message.type === "ended") this.#ended(message.id, msg("The hub ended this live view."));
    else if (message.type === "error" && message.id !== null) this.#ended(message.id, message.detail);
  }

  #greeted(seq: number): void {
    const first = this.#seq === null;
    this.#seq ??= seq;
    this.#attempts = 0;
    this.#become("live");
    this.#send({ type: "feed", after: this.#seq });
    for (const number of this.#subscriptions.keys()) this.#subscribe(number);
    if (first) for (const listener of [...this.#resets]) listener();
  }

  #picture(buffer: ArrayBuffer): void {
    const view = new DataView(buffer);
    const found = this.#subscriptions.get(view.getUint32(0));
    if (!found) return;
    const at = Number(view.getBigUint64(4)) / 1000;
    found.viewer.picture(new Blob([new Uint8Array(buffer, HEAD)], { type: "image/jpeg" }), at);
  }

  #ended(number: number, text: string): void {
    const found = this.#subscriptions.get(number);
    this.#subscriptions.delete(number);
    found?.viewer.ended(text);
  }

  #lost(): void {
    this.#socket = null;
    if (!this.#wanted) return;
    this.#become("reconnecting");
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.#attempts++);
    this.#timer = window.setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
    for (const listener of [...this.#losses]) listener();
  }

  #become(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.changed();
  }
}

/** The one of signed-in people. */
export const socket = new PageSocket();
