// A list of which one page at a time is kept: the address holds which one, so that "back" and links lead to it.

import { msg, str } from "@lit/localize";
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Listed } from "../../api/client.js";
import { words } from "../../api/errors.js";
import { router } from "../../router.js";

/** `new Paged(this, (cursor) => listed(api.GET(…)))`; `load(cursor)` from `willUpdate`, when the question changed. */
export class Paged<T> implements ReactiveController {
  items: T[] | null = null;
  total = "";
  problem = "";
  #next: string | null = null;
  #asked: string | null = null;
  #number = 0;
  #host: ReactiveControllerHost;
  #ask: (cursor?: string) => Promise<Listed<T>>;

  constructor(host: ReactiveControllerHost, ask: (cursor?: string) => Promise<Listed<T>>) {
    this.#host = host;
    this.#ask = ask;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Read this page unless it is the one that is shown. `key`: everything that the answer goes by. */
  load(key: string, cursor?: string): void {
    const asked = `${key} ${cursor ?? ""}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    void this.#read(cursor);
  }

  /** Read again what is shown. */
  async again(): Promise<void> {
    await this.#read(this.#cursor);
  }

  #cursor: string | undefined;

  async #read(cursor?: string): Promise<void> {
    const number = ++this.#number;
    this.#cursor = cursor;
    try {
      const page = await this.#ask(cursor);
      if (number !== this.#number) return;
      this.items = page.items;
      this.#next = page.next;
      this.total = page.total;
      this.problem = "";
    } catch (error) {
      if (number !== this.#number) return;
      this.problem = words(error);
    }
    this.#host.requestUpdate();
  }

  /** The way to the other pages. */
  foot(): TemplateResult | typeof nothing {
    if (!this.#next && !this.#cursor) return nothing;
    return html`<nav class="foot" aria-label=${msg("Pages of this list")}>
      <span class="muted small">${this.total ? msg(str`${this.total} in all`) : nothing}</span>
      <span class="gap"></span>
      <button class="button" type="button" ?disabled=${!this.#cursor}
        @click=${() => router.ask({ cursor: null }, { push: true })}>${msg("To the first")}</button>
      <button class="button" type="button" ?disabled=${!this.#next}
        @click=${() => {
          router.ask({ cursor: this.#next }, { push: true });
          scrollTo(0, 0);
        }}>${msg("Next page")}</button>
    </nav>`;
  }

  /** What stands in place of the list while there is none, or nothing of it. */
  state(empty: string): TemplateResult | typeof nothing {
    if (this.problem) {
      return html`<p class="none" role="alert">${this.problem}
        <button class="button small" type="button" @click=${() => void this.again()}>${msg("Try again")}</button></p>`;
    }
    if (this.items === null) return html`<p class="none" role="status">${msg("Loading…")}</p>`;
    return this.items.length ? nothing : html`<p class="none">${empty}</p>`;
  }
}
