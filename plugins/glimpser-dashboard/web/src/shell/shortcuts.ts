// Keys that work on every page, and the list of all keys that the help page shows.

import { msg } from "@lit/localize";
import { tinykeys } from "tinykeys";
import { PAGES } from "../pages/index.js";
import { router } from "../router.js";
import { session } from "../state/session.js";

export interface Shortcut {
  /** Keys as they are pressed, one after the other. */
  keys: string[];
  words: string;
}

/** Second keys after "g", by the path they lead to. Of pages that are not there, nothing is said. */
const PLACES: Record<string, string> = {
  w: "/",
  r: "/review",
  s: "/streams",
  u: "/users",
  p: "/plugins",
  h: "/status",
  a: "/account",
  e: "/settings",
};

function reachable(path: string): boolean {
  const page = PAGES.find((spec) => spec.path === path);
  return page !== undefined && session.allows(page);
}

/** All keys, by where they work. */
export function shortcuts(): { title: string; list: Shortcut[] }[] {
  const pages = Object.entries(PLACES).flatMap(([key, path]): Shortcut[] => {
    const words = PAGES.find((page) => page.path === path)?.nav?.words();
    return words && reachable(path) ? [{ keys: ["g", key], words }] : [];
  });
  return [
    {
      title: msg("Everywhere"),
      list: [
        { keys: ["?"], words: msg("This help") },
        { keys: ["/"], words: msg("Search") },
        { keys: ["Esc"], words: msg("Close what is open") },
      ],
    },
    { title: msg("Go to"), list: pages },
    {
      title: msg("Wall"),
      list: [
        { keys: ["←↑↓→"], words: msg("From tile to tile") },
        { keys: ["Enter"], words: msg("Open the stream") },
        { keys: ["m"], words: msg("Menu of the tile") },
        { keys: ["f"], words: msg("Full screen") },
        { keys: ["k"], words: msg("Kiosk: nothing but the wall") },
        { keys: ["n"], words: msg("Next page of the wall") },
        { keys: ["p"], words: msg("Page before") },
        { keys: [msg("Space")], words: msg("Stop and go on turning pages") },
        { keys: ["e"], words: msg("Change the wall") },
      ],
    },
    {
      title: msg("While changing a wall"),
      list: [
        { keys: ["←↑↓→"], words: msg("Move the tile") },
        { keys: ["Shift", "←↑↓→"], words: msg("Make it larger or smaller") },
        { keys: [msg("Del")], words: msg("Take it off") },
      ],
    },
    {
      title: msg("Search"),
      list: [
        { keys: ["↑↓"], words: msg("From hit to hit") },
        { keys: ["Enter"], words: msg("Open it") },
      ],
    },
  ];
}

/** Whether a key is meant for what has the focus, or for a dialog that is open. */
export function isTaken(press: Event): boolean {
  const first = press.composedPath()[0];
  if (!(first instanceof HTMLElement)) return false;
  return first.isContentEditable || first.matches("input, textarea, select") || first.closest("dialog") !== null;
}

function on(work: () => void): (press: KeyboardEvent) => void {
  return (press) => {
    if (press.defaultPrevented || isTaken(press) || session.presence !== "in" || router.place.page?.door) return;
    press.preventDefault();
    work();
  };
}

tinykeys(window, {
  "Shift+?": on(() => router.go("help")),
  "?": on(() => router.go("help")),
  "/": on(() => router.go("search")),
  "Shift+/": on(() => router.go("search")),
  ...Object.fromEntries(
    Object.entries(PLACES).map(([key, path]) => [`g ${key}`, on(() => reachable(path) && router.go(path.slice(1)))]),
  ),
});
