// What a panel may take of the page. It is trusted code in the page's one thread: this contains mistakes, not malice.

import { msg, str } from "@lit/localize";
import type { Panel } from "../api/types.js";

/** So many at once, and so many more each second. */
export class Bucket {
  #left: number;
  #at = performance.now();

  constructor(
    readonly most: number,
    readonly perSecond: number,
  ) {
    this.#left = most;
  }

  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.most, this.#left + ((now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** What all panels of a plugin share. */
interface Allowance {
  requests: Bucket;
  toasts: Bucket;
  moves: Bucket;
}

const allowances = new Map<string, Allowance>();

export function allowance(plugin: string): Allowance {
  let found = allowances.get(plugin);
  if (!found) {
    found = { requests: new Bucket(120, 10), toasts: new Bucket(4, 0.5), moves: new Bucket(4, 1) };
    allowances.set(plugin, found);
  }
  return found;
}

export const MOST_SUBSCRIPTIONS = 50;
/** Refusals that one panel may run into before it is taken down. */
export const patience = (): Bucket => new Bucket(50, 1);

const ELEMENTS = 2000;
const FEW: Partial<Record<Panel["slot"], number>> = { "wall.tile": 150, "event.detail": 500, "config.field": 1000 };
const PAUSE = 100;

function count(root: ParentNode, most: number, seen: (root: ShadowRoot) => void): number {
  let found = 0;
  const all = root.querySelectorAll("*");
  for (const element of all) {
    if (++found > most) break;
    if (element.shadowRoot) {
      seen(element.shadowRoot);
      found += count(element.shadowRoot, most - found, seen);
    }
  }
  return found;
}

/** Watches how many elements a panel draws, those of open shadow roots too; `over` is told once why that is too many.
 *  Gives how to stop. */
export function watchSize(element: HTMLElement, slot: Panel["slot"], over: (error: Error) => void): () => void {
  const most = FEW[slot] ?? ELEMENTS;
  const known = new Set<Node>();
  let timer = 0;
  const look = (root: Node): void => {
    if (known.has(root)) return;
    known.add(root);
    observer.observe(root, { childList: true, subtree: true });
  };
  const check = (): void => {
    timer = 0;
    let found = count(element, most, look);
    if (element.shadowRoot) {
      look(element.shadowRoot);
      found += count(element.shadowRoot, most - found, look);
    }
    if (found > most) over(new Error(msg(str`It drew more than ${most} elements.`)));
  };
  const observer = new MutationObserver((changes) => {
    // A burst is counted at once, before the browser lays it out; what trickles in is counted a few times a second.
    if (changes.length > most || changes.some(({ addedNodes }) => addedNodes.length > most)) check();
    else timer ||= window.setTimeout(check, PAUSE);
  });
  look(element);
  timer = window.setTimeout(check, PAUSE);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}
