// All streams: found by name, status and group, and changed one by one or together.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { removal } from "../../state/removal.js";
import { session } from "../../state/session.js";
import { socket } from "../../state/socket.js";
import { store } from "../../state/store.js";
import { tell } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dropdown.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { statusName } from "../../ui/format.js";
import "../../ui/icon.js";
import { type Group, readGroups } from "../groups/groups.js";
import "./bulk.js";
import type { Picked } from "./list.js";
import "./list.js";
import "./transfer.js";
import { takeAlong } from "./transfer.js";

const STATUSES: Stream["status"][] = ["active", "starting", "stale", "waiting", "error", "stopping", "inactive"];

@customElement("page-streams")
export class PageStreams extends Page {
  static override styles = [
    Page.styles,
    css`
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-bottom: 0.75rem;
      }
      .filters > * {
        width: auto;
        min-width: 0;
        flex: 1 1 9rem;
        max-width: 14rem;
      }
      .filters .search {
        flex-basis: 100%;
        max-width: 24rem;
      }
      @media (min-width: 48.01rem) {
        .filters .search {
          flex-basis: 16rem;
        }
      }
    `,
  ];

  @state() private picked: ReadonlySet<string> = new Set();
  @state() private groups: Group[] = [];
  @state() private importing = false;
  #deaf = (): void => {};

  constructor() {
    super();
    new Watch(this, store.streams, session, removal);
  }

  get heading(): string {
    return msg("Streams");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
    this.#deaf = socket.onChange(({ topic }) => topic === "group" && void this.#read());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#deaf();
  }

  async #read(): Promise<void> {
    this.groups = (await tell(readGroups)) ?? this.groups;
  }

  get #found(): Stream[] {
    const search = (this.query.get("search") ?? "").toLowerCase();
    const status = this.query.get("status");
    const group = this.query.get("group");
    // A group tells its members at once; a stream tells its groups when it is read again.
    const members = this.groups.find(({ id }) => id === group)?.streams;
    return store.streams.list.filter(
      (stream) =>
        !removal.has(stream.id) &&
        (!status || stream.status === status) &&
        (!group || (members ? members.includes(stream.id) : stream.groups.includes(group))) &&
        (!search || [stream.name, ...stream.tags].some((text) => text.toLowerCase().includes(search))),
    );
  }

  override render(): unknown {
    if (!store.streams.loaded) return html`<p class="unseen" role="status">${msg("Loading…")}</p>`;
    const found = this.#found;
    const all = store.streams.values().filter(({ id }) => !removal.has(id)).length;
    const picked = found.filter(({ id }) => this.picked.has(id));
    const configure = session.everywhere("streams.configure");
    const pickable = found.some(({ can }) => can.includes("streams.control") || can.includes("streams.configure"));
    return html`<div class="bar">
        <h1>${msg("Streams")}</h1>
        <p class="muted">${found.length === all ? all : msg(str`${found.length} of ${all}`)}</p>
        <span class="gap"></span>
        ${configure ? html`<a class="button primary" href=${at("streams/new")}><g-icon name="add"></g-icon>${msg("Add")}</a>` : nothing}
        ${
          configure
            ? html`<g-dropdown .label=${msg("More")}>
              <button type="button" @click=${this.#import}><g-icon name="upload"></g-icon>${msg("Import…")}</button>
              <button type="button" @click=${() => void tell(() => takeAlong(picked.map(({ id }) => id)))}>
                <g-icon name="download"></g-icon>${picked.length ? msg("Export selected") : msg("Export all")}</button></g-dropdown>`
            : nothing
        }
      </div>
      ${all ? this.#filters() : nothing}
      ${picked.length ? html`<g-bulk .streams=${picked} .groups=${this.groups} @done=${this.#none} @regrouped=${this.#read}></g-bulk>` : nothing}
      ${found.length ? html`<g-streams .streams=${found} .picked=${this.picked} ?pickable=${pickable} @picked=${this.#pick}></g-streams>` : this.#empty(all)}
      ${this.importing ? html`<g-import @closed=${this.#imported}></g-import>` : nothing}`;
  }

  #filters(): unknown {
    const status = this.query.get("status") ?? "";
    const group = this.query.get("group") ?? "";
    return html`<search class="filters">
      <input class="search" type="search" .value=${this.query.get("search") ?? ""} placeholder=${msg("Name or tag")}
        aria-label=${msg("Search streams")} @input=${(event: Event) => this.#ask("search", event)} />
      <select aria-label=${msg("Status")} @change=${(event: Event) => this.#ask("status", event)}>
        <option value="">${msg("Every status")}</option>
        ${STATUSES.map((one) => html`<option value=${one} ?selected=${one === status}>${statusName(one)}</option>`)}
      </select>
      ${
        this.groups.length
          ? html`<select aria-label=${msg("Group")} @change=${(event: Event) => this.#ask("group", event)}>
            <option value="">${msg("Every group")}</option>
            ${this.groups.map(({ id, name }) => html`<option value=${id} ?selected=${id === group}>${name}</option>`)}
          </select>`
          : nothing
      }
    </search>`;
  }

  #empty(all: number): unknown {
    if (all) {
      return html`<g-empty icon="search" .heading=${msg("No stream fits")} .text=${msg("Other words, or fewer filters, may find it.")}>
        <button class="button" type="button" @click=${() => router.go("streams")}>${msg("Show all")}</button></g-empty>`;
    }
    return html`<g-empty icon="streams" .heading=${msg("No streams yet")}
      .text=${
        session.everywhere("streams.configure")
          ? msg("Add what shall be watched: a network device, a video server or a file.")
          : msg("Nobody has added a stream that you may see.")
      }>
      ${session.everywhere("streams.configure") ? html`<a class="button primary" href=${at("streams/new")}>${msg("Add a stream")}</a>` : nothing}</g-empty>`;
  }

  #ask(name: string, event: Event): void {
    router.ask({ [name]: (event.target as HTMLInputElement).value || null });
  }

  #pick(event: Picked): void {
    this.picked = event.ids;
  }

  #none(): void {
    this.picked = new Set();
  }

  #import(): void {
    this.importing = true;
  }

  #imported(): void {
    this.importing = false;
  }
}
