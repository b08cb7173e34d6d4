// Streams that are about to be removed: gone from the pages at once, from the hub when nobody took it back.

import { msg, str } from "@lit/localize";
import { api, match } from "../api/client.js";
import type { Stream } from "../api/types.js";
import { store } from "./store.js";
import { tell, toast } from "./toasts.js";
import { Changing } from "./watch.js";

/** As long as the note with "Undo" is there. */
const GRACE = 12_000;

class Removal extends Changing {
  #pending = new Map<string, number>();

  constructor() {
    super();
    addEventListener("pagehide", () => {
      for (const id of [...this.#pending.keys()]) void this.#remove(id);
    });
  }

  /** Whether a stream is as good as gone. */
  has(id: string): boolean {
    return this.#pending.has(id);
  }

  /** Remove streams, unless that is undone meanwhile. */
  begin(streams: Stream[]): void {
    const ids = streams.map((stream) => stream.id);
    for (const id of ids)
      this.#pending.set(
        id,
        window.setTimeout(() => void this.#remove(id), GRACE),
      );
    this.changed();
    const [first] = streams;
    const text =
      streams.length === 1 ? msg(str`“${first!.name}” is removed.`) : msg(str`${ids.length} streams are removed.`);
    toast(text, "", { words: msg("Undo"), run: () => this.undo(ids) });
  }

  undo(ids: string[]): void {
    for (const id of ids) {
      clearTimeout(this.#pending.get(id));
      this.#pending.delete(id);
    }
    this.changed();
  }

  async #remove(id: string): Promise<void> {
    clearTimeout(this.#pending.get(id));
    await tell(async () => {
      await api.DELETE("/api/streams/{stream_id}", {
        params: { path: { stream_id: id }, header: match("*") },
        keepalive: true,
      });
      store.streams.remove(id);
    });
    this.#pending.delete(id);
    this.changed();
  }
}

export const removal = new Removal();
