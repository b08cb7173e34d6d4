// What a panel is given: one object, versioned, the same in every slot, with the slot's own things beside.

import { ask } from "../api/client.js";
import type { Stream } from "../api/types.js";
import { language } from "../locale/index.js";
import { at } from "../root.js";
import { router } from "../router.js";
import { type Change, socket } from "../state/socket.js";
import { store } from "../state/store.js";
import { toast } from "../state/toasts.js";
import { isDark } from "../theme/theme.js";
import { ago, clock, number, when } from "./format.js";

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
  /** What the slot is about: `stream`, `event`, `value`… */
  readonly [more: string]: unknown;
}

/** A panel's context with what its slot adds; what a panel subscribed to is kept in `stops`. */
export function panelContext(more: Record<string, unknown>, stops: Set<() => void>): PanelContext {
  return Object.freeze({
    version: 1 as const,
    language: language(),
    theme: isDark() ? ("dark" as const) : ("light" as const),
    request: ask,
    subscribe: (topics: string[], listener: (change: Change) => void) => {
      const wanted = new Set(topics);
      const stop = socket.onChange((change) => {
        if (wanted.has("*") || wanted.has(change.topic)) listener(change);
      });
      stops.add(stop);
      return stop;
    },
    streams: () => store.streams.list,
    link: at,
    go: (path: string) => router.go(path),
    toast,
    when,
    clock,
    ago,
    number,
    ...more,
  });
}
