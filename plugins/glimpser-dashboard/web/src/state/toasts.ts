// Short notes at the edge of the page.

import { words } from "../api/errors.js";
import { Changing } from "./watch.js";

export interface Toast {
  number: number;
  text: string;
  kind: "good" | "bad" | "";
  /** Such as undoing what was done. */
  action?: { words: string; run: () => void };
}

const SECONDS = 6;
const SECONDS_WITH_ACTION = 12;

class Toasts extends Changing {
  list: Toast[] = [];
  #next = 1;

  add(text: string, kind: Toast["kind"] = "", action?: Toast["action"]): void {
    const toast = { number: this.#next++, text, kind, action };
    this.list = [...this.list.slice(-3), toast];
    setTimeout(() => this.remove(toast.number), (action ? SECONDS_WITH_ACTION : SECONDS) * 1000);
    this.changed();
  }

  remove(number: number): void {
    this.list = this.list.filter((toast) => toast.number !== number);
    this.changed();
  }
}

export const toasts = new Toasts();

/** Tell something for a few seconds. */
export function toast(text: string, kind: Toast["kind"] = "", action?: Toast["action"]): void {
  toasts.add(text, kind, action);
}

/** Do it, and tell when it fails; gives undefined then. */
export async function tell<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    toast(words(error), "bad");
    return undefined;
  }
}
