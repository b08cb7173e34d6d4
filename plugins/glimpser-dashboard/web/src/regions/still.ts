// The newest picture of a stream, now and every few seconds.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import { at } from "../root.js";

const REFRESH = 5000;

/** `new Still(this, () => streamId)`; "" = leave the picture as it is. */
export class Still implements ReactiveController {
  /** "" before there is one. */
  address = "";
  #host: ReactiveControllerHost;
  #stream: () => string;
  #timer = 0;
  #asking = false;

  constructor(host: ReactiveControllerHost, stream: () => string) {
    this.#host = host;
    this.#stream = stream;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = window.setInterval(() => void this.#ask(), REFRESH);
  }

  hostUpdated(): void {
    if (!this.address) void this.#ask();
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#show("");
  }

  async #ask(): Promise<void> {
    const stream = this.#stream();
    if (!stream || this.#asking || document.hidden) return;
    this.#asking = true;
    const answer = await fetch(at(`api/stream/${stream}/snapshot?w=1280`), { cache: "no-store" }).catch(() => null);
    if (answer?.ok) this.#show(URL.createObjectURL(await answer.blob()));
    // Without one there is nothing to hurry for.
    setTimeout(() => {
      this.#asking = false;
    }, REFRESH / 5);
  }

  #show(address: string): void {
    const before = this.address;
    this.address = address;
    this.#host.requestUpdate();
    // The old one is shown until the new one is.
    if (before) setTimeout(() => URL.revokeObjectURL(before), 1000);
  }
}
