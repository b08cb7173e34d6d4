// Which page the address asks for. The address holds the page, its filters and its selection.

import { PAGES, type PageSpec } from "./pages/index.js";
import { at, ROOT } from "./root.js";
import { Changing } from "./state/watch.js";

/** What is asked for; `page` null where there is none. */
export interface Place {
  page: PageSpec | null;
  params: Record<string, string>;
  query: URLSearchParams;
}

interface Compiled {
  page: PageSpec;
  pattern: RegExp;
  names: string[];
}

function compile(page: PageSpec): Compiled {
  const names: string[] = [];
  const source = page.path.replace(/<(\w+)>/g, (_, name: string) => {
    names.push(name);
    return "([^/]+)";
  });
  return { page, pattern: new RegExp(`^${source}$`), names };
}

const TABLE = PAGES.map(compile);
/** Pages that were called otherwise once. */
const MOVED: Record<string, string> = { "/events": "/review", "/security": "/account" };

function find(path: string, query: URLSearchParams): Place {
  for (const { page, pattern, names } of TABLE) {
    const found = pattern.exec(path);
    if (!found) continue;
    const params = Object.fromEntries(names.map((name, n) => [name, decodeURIComponent(found[n + 1]!)]));
    return { page, params, query };
  }
  return { page: null, params: {}, query };
}

/** Watch it for `place`. */
class Router extends Changing {
  place!: Place;
  /** Where somebody wanted to go who has to sign in first; null for who came to sign in. */
  wanted: string | null = null;

  constructor() {
    super();
    this.#read();
    addEventListener("popstate", () => this.#read());
    document.addEventListener("click", (click) => this.#follow(click));
  }

  /** The path below the hub's root, with a slash before it. */
  get path(): string {
    return location.pathname.slice(ROOT.pathname.length - 1).replace(/(.)\/$/, "$1");
  }

  /** Go to a page, such as "streams/01M6…?tab=clips"; without a slash before it. */
  go(path: string, { replace = false } = {}): void {
    history[replace ? "replaceState" : "pushState"](null, "", at(path));
    this.#read();
    scrollTo(0, 0);
  }

  /** Go to a door instead, and remember where to go on afterwards. */
  divert(path: string): void {
    if (this.place.page?.door) return;
    this.wanted = location.pathname.slice(ROOT.pathname.length) + location.search;
    this.go(path, { replace: true });
  }

  /** Go on to what was wanted before signing in. */
  proceed(fallback = ""): void {
    const path = this.wanted ?? fallback;
    this.wanted = null;
    this.go(path, { replace: true });
  }

  /** Change what stands behind the `?`; "" and null take a name away. `push`: so that "back" leads here. */
  ask(changes: Record<string, string | null>, { push = false } = {}): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.size ? `?${query}` : "";
    if (text === location.search) return;
    history[push ? "pushState" : "replaceState"](null, "", location.pathname + text + location.hash);
    this.#read();
  }

  #read(): void {
    const moved = MOVED[this.path];
    if (moved) history.replaceState(null, "", at(moved.slice(1)) + location.search);
    this.place = find(this.path, new URLSearchParams(location.search));
    this.changed();
  }

  #follow(click: MouseEvent): void {
    const link = click.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || click.defaultPrevented || click.button) return;
    if (click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    const url = new URL(link.href);
    const inside = url.origin === location.origin && url.pathname.startsWith(ROOT.pathname);
    const path = url.pathname.slice(ROOT.pathname.length);
    if (!inside || path.startsWith("api/") || link.target || link.hasAttribute("download")) return;
    if (url.hash && url.pathname === location.pathname) return;
    click.preventDefault();
    this.go(path + url.search + url.hash);
  }
}

export const router = new Router();
