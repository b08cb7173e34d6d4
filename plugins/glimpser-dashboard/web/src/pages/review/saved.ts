// Filters that somebody gave a name: kept on the hub, for each person, wherever they are signed in.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { session } from "../../state/session.js";
import { Changing } from "../../state/watch.js";

export type SavedFilter = components["schemas"]["Filter"];

class Saved extends Changing {
  list: SavedFilter[] = [];

  /** Read them (again). */
  async read(): Promise<void> {
    this.#have((await body(api.GET("/api/me/review-filters"))).filters);
  }

  /** Keep it under a name; one of that name is replaced. */
  async keep({ name, query }: SavedFilter): Promise<void> {
    await this.#write((list) => [{ name, query }, ...list.filter((saved) => saved.name !== name)]);
  }

  async remove(name: string): Promise<void> {
    await this.#write((list) => list.filter((saved) => saved.name !== name));
  }

  /** Change what the hub has now: another device may have kept more. */
  async #write(change: (list: SavedFilter[]) => SavedFilter[]): Promise<void> {
    await this.read();
    const filters = change(this.list);
    this.#have((await body(api.PUT("/api/me/review-filters", { body: { filters } }))).filters);
  }

  #have(list: SavedFilter[]): void {
    this.list = list;
    this.changed();
  }

  clear(): void {
    this.#have([]);
  }
}

export const saved = new Saved();
session.subscribe(() => {
  if (session.presence !== "in") saved.clear();
});
