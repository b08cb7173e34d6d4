// How many pictures a tile asks for: all while something happens, few or one while nothing does.

import type { Wall } from "../../state/walls.js";

export const LIVE = 5;
const SLOW = 0.3;
/** One in ten seconds: the picture stands, and is never old. */
const STILL = 0.1;

/** Remembers when something happened last, by stream. */
export class Adaptive {
  #last = new Map<string, number>();

  /** Pictures a second for a stream, whose events that last now are `open`; `looked`: somebody points at it. */
  fps(stream: string, open: readonly string[], wall: Pick<Wall, "idle" | "active_s"> | null, looked: boolean): number {
    if (!wall || wall.idle === "live") return LIVE;
    if (open.length || looked) this.#last.set(stream, Date.now());
    const since = (Date.now() - (this.#last.get(stream) ?? 0)) / 1000;
    if (since < wall.active_s) return LIVE;
    return wall.idle === "slow" ? SLOW : STILL;
  }
}
