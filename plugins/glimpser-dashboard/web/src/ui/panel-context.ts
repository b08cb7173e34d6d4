// What a panel is given: one object, versioned, the same in every slot, with the slot's own things beside.

import { msg } from "@lit/localize";
import { ask } from "../api/client.js";
import type { Stream } from "../api/types.js";
import { language } from "../locale/index.js";
import { at } from "../root.js";
import { router } from "../router.js";
import { type Change, socket } from "../state/socket.js";
import { store } from "../state/store.js";
import { toast } from "../state/toasts.js";
import { theme } from "../theme/theme.js";
import { ago, clock, number, when } from "./format.js";
import { allowance, MOST_SUBSCRIPTIONS, patience } from "./panel-limits.js";

/** Version 1. Nothing is ever taken away from it; what comes later is added. */
export interface PanelContext {
  readonly version: 1;
  readonly language: string;
  readonly theme: "dark" | "light";
  /** The JSON of an answer; `path` below the hub's root. What is refused is thrown, with `status`, `code`, `fields`. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<unknown>;
  /** Hear of changes of these topics, `*` of all; gives how to stop that. */
  subscribe(topics: string[], listener: (change: Change) => void): () => void;
  /** All streams that one sees, as they are now. */
  streams(): Stream[];
  /** The `href` of a page of the hub; a plain link to it needs no load. */
  link(path: string): string;
  go(path: string): void;
  toast(text: string, kind?: "good" | "bad" | ""): void;
  readonly when: typeof when;
  readonly clock: typeof clock;
  readonly ago: typeof ago;
  readonly number: typeof number;
  /** What the slot is about: `stream`, `event`, `field`… */
  readonly [more: string]: unknown;
}

/** What one panel was lent: it ends with the panel, and ends the panel when that takes too much. */
export class Lent {
  #stops = new Set<() => void>();
  #patience = patience();
  #over = false;

  constructor(
    readonly plugin: string,
    readonly fail: (error: unknown) => void,
  ) {}

  end(): void {
    this.#over = true;
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  /** A panel's context with what its slot adds. */
  context(more: Record<string, unknown>): PanelContext {
    const { requests, toasts, moves } = allowance(this.plugin);
    return Object.freeze({
      version: 1 as const,
      language: language(),
      theme: theme.dark ? ("dark" as const) : ("light" as const),
      request: async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
        if (!this.#may(() => requests.take())) throw this.#refusal();
        return await ask(method, path, body, headers);
      },
      subscribe: (topics: string[], listener: (change: Change) => void) => this.#subscribe(topics, listener),
      streams: () => store.streams.list,
      link: at,
      go: (path: string) => {
        if (this.#may(() => moves.take())) router.go(path);
      },
      toast: (text: string, kind: "good" | "bad" | "" = "") => {
        if (this.#may(() => toasts.take())) toast(text.slice(0, 300), kind);
      },
      when,
      clock,
      ago,
      number,
      ...more,
    });
  }

  #may(take: () => boolean): boolean {
    if (this.#over) return false;
    if (take()) return true;
    if (!this.#patience.take()) this.fail(this.#refusal());
    return false;
  }

  #refusal(): Error {
    return new Error(this.#over ? msg("It was taken down.") : msg("It asks for more than a panel may."));
  }

  #subscribe(topics: string[], listener: (change: Change) => void): () => void {
    if (!this.#may(() => this.#stops.size < MOST_SUBSCRIPTIONS)) return () => {};
    const wanted = new Set(topics);
    const deaf = socket.onChange((change) => {
      if (!wanted.has("*") && !wanted.has(change.topic)) return;
      try {
        listener(change);
      } catch (error) {
        this.fail(error);
      }
    });
    const stop = (): void => {
      deaf();
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }
}
