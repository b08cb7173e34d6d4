// Filters that somebody gave a name. They are kept in this browser, for each person who uses it.

import { session } from "../../state/session.js";
import { Changing } from "../../state/watch.js";

const MOST = 20;

export interface SavedFilter {
  name: string;
  /** What stands behind the `?`. */
  query: string;
}

class Saved extends Changing {
  get #key(): string {
    return `glimpser.review.filters.${session.me?.id ?? ""}`;
  }

  get list(): SavedFilter[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? (kept as SavedFilter[]) : [];
    } catch {
      return [];
    }
  }

  /** Keep it under a name; one of that name is replaced. */
  keep(name: string, query: string): void {
    this.#write([{ name, query }, ...this.list.filter((saved) => saved.name !== name)].slice(0, MOST));
  }

  remove(name: string): void {
    this.#write(this.list.filter((saved) => saved.name !== name));
  }

  #write(list: SavedFilter[]): void {
    localStorage.setItem(this.#key, JSON.stringify(list));
    this.changed();
  }
}

export const saved = new Saved();
