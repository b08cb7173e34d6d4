// Asks before what was typed is lost: on links, "back", and when the window is closed.

import { msg } from "@lit/localize";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { ROOT } from "../../root.js";
import { router } from "../../router.js";
import { confirm } from "../../ui/ask.js";

interface Navigate extends Event {
  navigationType: string;
  destination: { key: string };
}
type Navigation = EventTarget & { traverseTo(key: string): unknown };

/** `new Unsaved(this, () => this.changed)`. */
export class Unsaved implements ReactiveController {
  #dirty: () => boolean;
  #agreed = false;
  #navigation = (window as { navigation?: Navigation }).navigation;

  constructor(host: ReactiveControllerHost, dirty: () => boolean) {
    this.#dirty = dirty;
    host.addController(this);
  }

  hostConnected(): void {
    this.#agreed = false;
    addEventListener("beforeunload", this.#closing);
    addEventListener("click", this.#clicked, { capture: true });
    this.#navigation?.addEventListener("navigate", this.#going);
  }

  hostDisconnected(): void {
    removeEventListener("beforeunload", this.#closing);
    removeEventListener("click", this.#clicked, { capture: true });
    this.#navigation?.removeEventListener("navigate", this.#going);
  }

  get #holds(): boolean {
    return !this.#agreed && this.#dirty();
  }

  #closing = (event: BeforeUnloadEvent): void => {
    if (this.#holds) event.preventDefault();
  };

  #clicked = (click: MouseEvent): void => {
    const link = click.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || click.button || click.metaKey || click.ctrlKey || click.shiftKey || link.target) return;
    const url = new URL(link.href);
    if (!this.#holds || url.origin !== location.origin || !url.pathname.startsWith(ROOT.pathname)) return;
    if (url.pathname === location.pathname && url.hash) return;
    click.preventDefault();
    click.stopImmediatePropagation();
    void this.#ask(() => router.go(url.pathname.slice(ROOT.pathname.length) + url.search + url.hash));
  };

  #going = (event: Event): void => {
    const { navigationType, destination } = event as Navigate;
    if (navigationType !== "traverse" || !event.cancelable || !this.#holds) return;
    event.preventDefault();
    void this.#ask(() => this.#navigation?.traverseTo(destination.key));
  };

  async #ask(go: () => void): Promise<void> {
    this.#agreed = await confirm(msg("Leave without saving?"), msg("What you changed here is lost."), msg("Leave"));
    if (this.#agreed) go();
  }
}
