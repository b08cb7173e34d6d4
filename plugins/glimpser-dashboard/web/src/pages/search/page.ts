// One box over all that the hub knows. The address holds the words; results are grouped by what they are.

import { msg, str } from "@lit/localize";
import { Task } from "@lit/task";
import { html, nothing } from "lit";
import { customElement, query } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { words } from "../../api/errors.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { statusKind, statusName } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/panels.js";
import "../../ui/time.js";
import { detailOf, type Group, grouped, type Hit, iconOf, placeOf, titleOf } from "./hits.js";
import { recent, remember } from "./recent.js";
import { searchStyles } from "./styles.js";

const PAUSE = 220;
const MOST = 60;

@customElement("page-search")
export class PageSearch extends Page {
  static override styles = [Page.styles, searchStyles];

  @query("input") private box!: HTMLInputElement;
  #timer = 0;

  #hits = new Task(this, {
    task: async ([q], { signal }): Promise<Hit[]> =>
      q ? await body(api.GET("/api/search", { params: { query: { q, limit: MOST } }, signal })) : [],
    args: () => [this.query.get("q")?.trim() ?? ""] as const,
  });

  constructor() {
    super();
    new Watch(this, store.streams, session);
  }

  get heading(): string {
    return msg("Search");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render(): unknown {
    const q = this.query.get("q") ?? "";
    return html`<h1 class="unseen">${msg("Search")}</h1>
      <search @keydown=${this.#key}>
        <div class="box"><g-icon name="search"></g-icon>
          <input type="search" autofocus .value=${q} maxlength="200" autocomplete="off" spellcheck="false" autocapitalize="none"
            aria-label=${msg("Search")} placeholder=${msg("What are you looking for?")} @input=${this.#typed} /></div>
        <p class="unseen" role="status">${this.#told(q)}</p>
        ${q.trim() ? this.#results(q.trim()) : this.#ideas()}
        ${q.trim() ? html`<g-panels place="search.results" .more=${{ query: q.trim() }} .mark=${q.trim()}></g-panels>` : nothing}
      </search>`;
  }

  #told(q: string): string {
    const { value } = this.#hits;
    return q && value ? msg(str`${value.length} found`) : "";
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => router.ask({ q: this.box.value.slice(0, 200) }), PAUSE);
  }

  #results(q: string): unknown {
    const list = (hits: Hit[]): unknown => {
      if (!hits.length) {
        return html`<g-empty icon="search" .heading=${msg(str`Nothing is called “${q}”`)}
          .text=${msg("Try a part of a name, a tag, or a type of event.")}></g-empty>`;
      }
      return grouped(hits).map((group) => this.#group(group));
    };
    return this.#hits.render({
      pending: () => (this.#hits.value ? list(this.#hits.value) : nothing),
      error: (error) => html`<g-empty icon="warning" .heading=${msg("This did not work")} .text=${words(error)}>
        <button class="button primary" type="button" @click=${() => void this.#hits.run()}>${msg("Try again")}</button></g-empty>`,
      complete: list,
    });
  }

  #group({ id, title, hits }: Group): unknown {
    return html`<section aria-labelledby=${id}>
      <h2 id=${id}>${title} <span class="muted small">${hits.length}</span></h2>
      <ul>${hits.map((hit) => html`<li>${this.#hit(hit)}</li>`)}</ul>
    </section>`;
  }

  #hit(hit: Hit): unknown {
    const stream = hit.kind === "stream" ? store.streams.get(hit.id) : undefined;
    return html`<a class="hit" href=${at(placeOf(hit))} @click=${() => remember(this.query.get("q") ?? "")}>
      <span class="disc"><g-icon .name=${iconOf(hit.kind)}></g-icon></span>
      <span class="words"><span class="title">${titleOf(hit)}</span><span class="detail muted small">${detailOf(hit)}</span></span>
      ${stream ? html`<span class="chip ${statusKind(stream.status)}">${statusName(stream.status)}</span>` : nothing}
      ${hit.at ? html`<g-time class="muted small" form="when" .at=${hit.at}></g-time>` : nothing}
    </a>`;
  }

  #ideas(): unknown {
    const before = recent();
    const streams = store.streams.list.slice(0, 12);
    return html`<div class="ideas">
      ${before.length ? html`<section><h2>${msg("Searched before")}</h2><p class="row">${before.map((q) => this.#idea(q))}</p></section>` : nothing}
      ${streams.length ? html`<section><h2>${msg("Streams")}</h2><p class="row">${streams.map((stream) => this.#idea(stream.name))}</p></section>` : nothing}
      <p class="muted small keys">${msg("Arrow keys move, Enter opens, Escape leads back to the box.")}</p>
    </div>`;
  }

  #idea(q: string): unknown {
    return html`<button class="button small" type="button" @click=${() => {
      router.ask({ q });
      this.box.focus();
    }}>${q}</button>`;
  }

  #key(press: KeyboardEvent): void {
    const links = [...this.shadowRoot!.querySelectorAll<HTMLElement>("a.hit, .ideas button")];
    const here = links.indexOf(this.shadowRoot!.activeElement as HTMLElement);
    if (press.key === "ArrowDown" && links.length) links[Math.min(here + 1, links.length - 1)]!.focus();
    else if (press.key === "ArrowUp" && here >= 0) (links[here - 1] ?? this.box).focus();
    else if (press.key === "Escape" && here >= 0) this.box.select();
    else if (press.key === "Enter" && here < 0) links[0]?.click();
    else return;
    press.preventDefault();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-search": PageSearch;
  }
}
