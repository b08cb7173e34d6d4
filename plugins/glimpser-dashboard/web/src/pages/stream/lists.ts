// What is kept of a stream as lists: activities and clips, the newest first, a page at a time.

import { msg } from "@lit/localize";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement } from "lit/decorators.js";
import { api, type Listed, listed } from "../../api/client.js";
import { words } from "../../api/errors.js";
import type { Activity } from "../../api/types.js";
import { at } from "../../root.js";
import { socket } from "../../state/socket.js";
import { GElement } from "../../ui/element.js";
import { bytes, lasted, number, typeName, when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/pager.js";
import "../../ui/time.js";
import type { Clip } from "./kept.js";
import { MomentChosen } from "./timeline.js";

const PAGE = 20;
const CALM = 1000;

const rows = css`
  ul {
    display: grid;
    gap: 0.25rem;
  }
  li {
    display: flex;
    align-items: center;
    gap: 0.25rem;
    border-radius: var(--g-radius-small);
  }
  li:hover {
    background: var(--g-hover);
  }
  .entry {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 0.75rem;
    min-width: 0;
    padding: 0.375rem 0.5rem;
    border: 0;
    border-radius: var(--g-radius-small);
    background: none;
    color: inherit;
    font: inherit;
    text-align: start;
    cursor: pointer;
  }
  .picture {
    display: grid;
    flex: none;
    place-items: center;
    width: 5rem;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: 6px;
    background: var(--g-stage);
    color: #a4aebb;
  }
  img {
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .what {
    display: grid;
    min-width: 0;
  }
  .what span + span {
    color: var(--g-muted);
    font-size: var(--g-size-small);
  }
`;

/** A list with a cursor; `ask` gives a page of it. */
abstract class Kept<T extends { id: string; started_at: string }> extends GElement {
  static override styles: import("lit").CSSResultGroup = [GElement.styles, rows];
  static override properties = { stream: {}, found: { state: true }, error: { state: true }, busy: { state: true } };
  declare stream: string;
  declare protected found: Listed<T> | null;
  declare protected error: unknown;
  declare protected busy: boolean;
  protected abstract nothing: () => string;

  protected abstract ask(cursor?: string): Promise<{ data?: T[]; response: Response }>;
  protected abstract row(item: T): unknown;

  constructor() {
    super();
    this.found = null;
    this.error = null;
    this.busy = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("stream")) void this.read();
  }

  /** Read the first page (again). */
  protected async read(): Promise<void> {
    try {
      this.found = await listed(this.ask());
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  #more = async (): Promise<void> => {
    if (!this.found?.next) return;
    this.busy = true;
    try {
      const more = await listed(this.ask(this.found.next));
      this.found = { ...more, items: [...this.found.items, ...more.items] };
    } catch (error) {
      this.error = error;
    }
    this.busy = false;
  };

  override render(): unknown {
    if (this.error) {
      return html`<p class="wrong" role="alert">${words(this.error)}</p>
        <button class="button small" type="button" @click=${() => this.read()}>${msg("Try again")}</button>`;
    }
    const { found } = this;
    if (!found) return html`<p class="muted" role="status">${msg("Loading…")}</p>`;
    if (!found.items.length) return html`<p class="muted">${this.nothing()}</p>`;
    return html`<ul>${found.items.map((item) => html`<li>${this.row(item)}</li>`)}</ul>
      <g-pager .shown=${found.items.length} .total=${found.total} .more=${found.next !== null} .busy=${this.busy}
        @more=${this.#more}></g-pager>`;
  }

  protected show(item: { started_at: string }): void {
    this.dispatchEvent(new MomentChosen(Date.parse(item.started_at)));
  }
}

@customElement("g-stream-activities")
export class GStreamActivities extends Kept<Activity> {
  protected nothing = (): string => msg("Nothing has happened on this stream yet.");
  #deaf = (): void => {};
  #timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#deaf = socket.onChange(({ topic, data }) => {
      if (topic !== "activity" || data.stream_id !== this.stream || (this.found?.items.length ?? 0) > PAGE) return;
      this.#timer ||= window.setTimeout(() => {
        this.#timer = 0;
        void this.read();
      }, CALM);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#deaf();
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  protected ask(cursor?: string): Promise<{ data?: Activity[]; response: Response }> {
    const query = { stream: this.stream, limit: PAGE, cursor };
    // Asked for as a list; the route has tables too.
    return api.GET("/api/activities", { params: { query } }) as Promise<{ data?: Activity[]; response: Response }>;
  }

  protected row(item: Activity): unknown {
    const kind = item.severity === "critical" ? "bad" : item.severity === "warning" ? "warn" : "";
    const picture = item.snapshot_id ? at(`api/snapshots/${item.snapshot_id}/image`) : null;
    return html`<button class="entry" type="button" @click=${() => this.show(item)}>
      <span class="picture">${picture ? html`<img src=${picture} alt="" loading="lazy" />` : html`<g-icon name="activity"></g-icon>`}</span>
      <span class="what">
        <span class="truncate">${item.types.map(typeName).join(", ")}</span>
        <span class="truncate">${when(item.started_at)} · ${lasted(item)}</span>
      </span>
      <span class="gap"></span>
      ${item.score === null ? nothing : html`<span class="chip ${kind}">${number(item.score, { style: "percent" })}</span>`}
    </button>`;
  }
}

@customElement("g-stream-clips")
export class GStreamClips extends Kept<Clip> {
  protected nothing = (): string => msg("No clip of this stream is kept.");

  protected ask(cursor?: string): Promise<{ data?: Clip[]; response: Response }> {
    const params = { path: { stream_id: this.stream }, query: { limit: PAGE, cursor } };
    return api.GET("/api/streams/{stream_id}/clips", { params });
  }

  protected row(item: Clip): unknown {
    const file = at(item.file.slice(1));
    return html`<button class="entry" type="button" @click=${() => this.show(item)}>
        <span class="picture"><g-icon name="film"></g-icon></span>
        <span class="what">
          <span class="truncate">${when(item.started_at)}</span>
          <span class="truncate">${lasted(item)} · ${bytes(item.size_bytes)}</span>
        </span>
      </button>
      <a class="button ghost square" href=${file} download=${`${item.started_at.slice(0, 19).replaceAll(":", "-")}.mp4`}
        title=${msg("Download")} aria-label=${msg("Download")}><g-icon name="download"></g-icon></a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-activities": GStreamActivities;
    "g-stream-clips": GStreamClips;
  }
}
