// What happened on a stream in the span that is shown: asked for when it moves, and only as fine as it can be seen.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import type { Span } from "./scale.js";

export type Timeline = components["schemas"]["TimelineOut"];
export type Entry = components["schemas"]["TimelineEntry"];

const PATIENCE = 120;
const PIXELS = 5;
const MOST = 2000;
/** More than what is seen, as a share of it at each side, so that moving shows something at once. */
const BESIDE = 0.5;

/** What is known, with its times as numbers. */
export interface Known extends Span {
  seconds: number;
  buckets: (Timeline["buckets"][number] & { at: number })[];
  entries: (Entry & { at: number; until: number })[] | null;
}

function known(answer: Timeline): Known {
  return {
    from: Date.parse(answer.after),
    to: Date.parse(answer.before),
    seconds: answer.seconds,
    buckets: answer.buckets.map((bucket) => ({ ...bucket, at: Date.parse(bucket.started_at) })),
    entries:
      answer.entries?.map((entry) => ({
        ...entry,
        at: Date.parse(entry.started_at),
        until: entry.ended_at ? Date.parse(entry.ended_at) : entry.kind === "activity" ? Date.now() : Number.NaN,
      })) ?? null,
  };
}

/** Keeps the answer for what is shown. `changed()`: after each answer and refusal. */
export class Moments {
  known: Known | null = null;
  error: unknown = null;
  #stream: string;
  #changed: () => void;
  #timer = 0;
  #asking: AbortController | null = null;
  #stale = false;

  constructor(stream: string, changed: () => void) {
    this.#stream = stream;
    this.#changed = changed;
  }

  /** This is shown now, that wide. */
  show(span: Span, width: number): void {
    if (width < 16 || this.#suits(span, width)) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(span, width), this.known ? PATIENCE : 0);
  }

  /** Something happened: ask again when next shown. */
  spoil(): void {
    this.#stale = true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #suits({ from, to }: Span, width: number): boolean {
    const { known } = this;
    if (!known || this.#stale) return false;
    const within = known.from <= from && Math.min(to, Date.now()) <= known.to;
    const pixels = (known.seconds * 1000 * width) / (to - from);
    return within && (known.entries !== null || (pixels <= PIXELS * 2.5 && pixels >= PIXELS / 5));
  }

  async #ask({ from, to }: Span, width: number): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const beside = (to - from) * BESIDE;
    const buckets = Math.min(MOST, Math.max(20, Math.round(((1 + 2 * BESIDE) * width) / PIXELS)));
    const query = {
      stream: this.#stream,
      after: new Date(Math.max(0, from - beside)).toISOString(),
      before: new Date(to + beside).toISOString(),
      buckets,
    };
    this.#stale = false;
    try {
      this.known = known(await body(api.GET("/api/timeline", { params: { query }, signal: asking.signal })));
      this.error = null;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.error = error;
    }
    this.#changed();
  }
}
