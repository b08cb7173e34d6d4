// What keys do on the page, in one table that the help shows too.

import { msg } from "@lit/localize";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { html } from "lit";
import { createKeybindingsHandler } from "tinykeys";

/** What the page does for keys. */
export interface Doer {
  /** Move by so many; `lines`: by lines of the grid. */
  move(by: number, lines: boolean): void;
  mark(): void;
  markAll(): void;
  chooseAll(): void;
  toggle(): void;
  leave(): void;
  focusFilter(): void;
  help(): void;
}

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

function busy(event: KeyboardEvent): boolean {
  const path = event.composedPath().filter((node) => node instanceof HTMLElement);
  // A dialog has keys of its own.
  return path.some((node) => node.matches(`${TYPING}, dialog`)) || document.querySelector("g-dialog") !== null;
}

/** Listens while its page is there. */
export class Keys implements ReactiveController {
  #handle: (event: KeyboardEvent) => void;

  constructor(host: ReactiveControllerHost & HTMLElement, doer: Doer) {
    host.addController(this);
    const free = (work: () => void) => (event: KeyboardEvent) => {
      if (busy(event) || host.shadowRoot?.querySelector("g-dialog")) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // what the page does for a key goes before what every page does
      work();
    };
    this.#handle = createKeybindingsHandler({
      j: free(() => doer.move(1, false)),
      k: free(() => doer.move(-1, false)),
      ArrowRight: free(() => doer.move(1, false)),
      ArrowLeft: free(() => doer.move(-1, false)),
      ArrowDown: free(() => doer.move(1, true)),
      ArrowUp: free(() => doer.move(-1, true)),
      r: free(() => doer.mark()),
      "Shift+R": free(() => doer.markAll()),
      x: free(() => doer.toggle()),
      "$mod+a": free(() => doer.chooseAll()),
      Escape: free(() => doer.leave()),
      "/": free(() => doer.focusFilter()),
      "Shift+/": free(() => doer.focusFilter()),
      "?": free(() => doer.help()),
      "Shift+?": free(() => doer.help()),
    });
  }

  hostConnected(): void {
    addEventListener("keydown", this.#handle, true);
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.#handle, true);
  }
}

/** The table of keys. */
export function keyHelp(): unknown {
  const rows: [string[], string][] = [
    [["j", "k", "← ↑ ↓ →"], msg("Go from one to the next")],
    [["Enter"], msg("Open")],
    [["r"], msg("Mark as reviewed, or take it back")],
    [["Shift", "R"], msg("Mark all that are shown")],
    [["x"], msg("Choose, or leave out")],
    [["Ctrl", "A"], msg("Choose all that are shown")],
    [["Esc"], msg("Close, or choose nothing")],
    [["/"], msg("Go to the filters")],
    [["?"], msg("This help")],
  ];
  return html`<dl class="keys">
    ${rows.map(
      ([keys, words]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
        <dd>${words}</dd>`,
    )}
  </dl>`;
}
