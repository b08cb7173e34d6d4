// Which page of a wall is shown: turned by hand, or every few seconds.

import { msg, str } from "@lit/localize";
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
import "../../ui/icon.js";

export class Turning implements ReactiveController {
  page = 0;
  paused = false;
  #host: ReactiveControllerHost;
  #asked: () => { count: number; seconds: number };
  #timer = 0;

  /** `asked`: how many pages there are, and after how many seconds the next one comes; 0: by hand. */
  constructor(host: ReactiveControllerHost, asked: () => { count: number; seconds: number }) {
    this.#host = host;
    this.#asked = asked;
    host.addController(this);
  }

  /** Go to another page; in a circle. */
  step(by: number): void {
    const count = this.#asked().count || 1;
    this.show((this.page + by + count) % count);
  }

  show(page: number): void {
    this.page = page;
    this.#host.requestUpdate();
  }

  /** Stop turning pages, or go on. */
  pause = (): void => {
    const { count, seconds } = this.#asked();
    if (!seconds || count < 2) return;
    this.paused = !this.paused;
    this.#host.requestUpdate();
  };

  /** Begin anew, with another wall. */
  reset(): void {
    this.page = 0;
    this.paused = false;
  }

  hostUpdate(): void {
    this.page = Math.min(this.page, Math.max(0, this.#asked().count - 1));
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const { count, seconds } = this.#asked();
    if (seconds && !this.paused && count > 1) this.#timer = window.setTimeout(() => this.step(1), seconds * 1000);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** The way to the other pages. */
  pager(): unknown {
    const { count, seconds } = this.#asked();
    if (count < 2) return nothing;
    return html`<nav class="pager" aria-label=${msg("Pages of the wall")}>
      ${
        seconds
          ? html`<button class="button ghost small square" type="button" @click=${this.pause}
              aria-label=${this.paused ? msg("Go on turning pages") : msg("Stop turning pages")}>
              <g-icon name=${this.paused ? "play" : "pause"}></g-icon></button>`
          : nothing
      }
      ${Array.from(
        { length: count },
        (_, n) => html`<button class="dot" type="button" aria-current=${n === this.page ? "page" : nothing}
          aria-label=${msg(str`Page ${n + 1} of ${count}`)} @click=${() => this.show(n)}></button>`,
      )}
    </nav>`;
  }
}
