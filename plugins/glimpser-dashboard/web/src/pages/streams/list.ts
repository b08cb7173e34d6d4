// Streams as rows on a desk and as cards on a phone. Only what is on screen is in the page, however many there are.

import { msg, str } from "@lit/localize";
import { WindowVirtualizerController } from "@tanstack/lit-virtual";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Stream } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { rate, size, statusKind, statusName } from "../../ui/format.js";
import { styled } from "../../ui/styled.js";
import "../../ui/time.js";
import { listStyles } from "./list-styles.js";
import "./thumb.js";

const ROW = 68;

/** Told when streams are picked; `ids`: all that are. */
export class Picked extends Event {
  constructor(readonly ids: ReadonlySet<string>) {
    super("picked");
  }
}

@customElement("g-streams")
export class GStreams extends GElement {
  static override styles = [GElement.styles, listStyles];

  @property({ attribute: false }) streams: Stream[] = [];
  @property({ attribute: false }) picked: ReadonlySet<string> = new Set();
  /** Whether one may pick at all. */
  @property({ type: Boolean }) pickable = false;
  #rows = new WindowVirtualizerController<HTMLElement>(this, { count: 0, estimateSize: () => ROW, overscan: 6 });

  protected override willUpdate(_changed: PropertyValues): void {
    const rows = this.#rows.getVirtualizer();
    const top = this.isConnected ? this.getBoundingClientRect().top + scrollY : 0;
    rows.setOptions({ ...rows.options, count: this.streams.length, scrollMargin: top });
  }

  override render(): unknown {
    const rows = this.#rows.getVirtualizer();
    const items = rows.getVirtualItems();
    return html`<div role="table" aria-label=${msg("Streams")} aria-rowcount=${this.streams.length + 1}
      class=${this.pickable ? "pickable" : ""}>
      <div class="head" role="row" aria-rowindex="1">
        ${this.pickable ? html`<span role="columnheader">${this.#all()}</span>` : nothing}
        <span role="columnheader"><span class="unseen">${msg("Picture")}</span></span>
        <span role="columnheader">${msg("Name")}</span>
        <span role="columnheader">${msg("Status")}</span>
        <span role="columnheader">${msg("Picture quality")}</span>
        <span role="columnheader">${msg("Last picture")}</span>
      </div>
      <div class="rows" role="rowgroup" ${styled({ height: `${rows.getTotalSize()}px` })}>
        ${repeat(
          items,
          ({ index }) => this.streams[index]?.id ?? index,
          ({ index, start }) => this.#row(this.streams[index], index, start - rows.options.scrollMargin),
        )}
      </div>
    </div>`;
  }

  #all(): unknown {
    const { picked, streams } = this;
    const all = streams.length > 0 && streams.every(({ id }) => picked.has(id));
    return html`<label class="pick"><input type="checkbox" aria-label=${msg("Select all")} .checked=${all}
      .indeterminate=${!all && picked.size > 0} @change=${() => this.#pick(new Set(all ? [] : streams.map(({ id }) => id)))} /></label>`;
  }

  #row(stream: Stream | undefined, index: number, top: number): unknown {
    if (!stream) return nothing;
    const facts = [size(stream.resolution), rate(stream.fps)].filter(Boolean).join(" · ");
    const chosen = this.picked.has(stream.id);
    return html`<div class="row ${chosen ? "chosen" : ""}" role="row" aria-rowindex=${index + 2} ${styled({ transform: `translateY(${top}px)` })}>
      ${
        this.pickable
          ? html`<span role="cell"><label class="pick"><input type="checkbox" aria-label=${msg(str`Select ${stream.name}`)}
            .checked=${chosen} @change=${() => this.#toggle(stream.id)} /></label></span>`
          : nothing
      }
      <span role="cell"><g-thumb .stream=${stream}></g-thumb></span>
      <span role="cell" class="name">
        <a class="truncate" href=${at(`streams/${stream.id}`)}>${stream.name}</a>
        <span class="muted small truncate">${[stream.source, ...stream.tags].join(" · ")}</span>
      </span>
      <span role="cell" class="status"><span class="chip ${statusKind(stream.status)}" title=${said(stream.reason?.text ?? "")}>${statusName(stream.status)}</span></span>
      <span role="cell" class="facts muted small">${stream.status === "active" ? facts : said(stream.reason?.text ?? "")}</span>
      <span role="cell" class="last muted small">${stream.last_frame_at ? html`<g-time .at=${stream.last_frame_at}></g-time>` : "–"}</span>
    </div>`;
  }

  #toggle(id: string): void {
    const picked = new Set(this.picked);
    if (!picked.delete(id)) picked.add(id);
    this.#pick(picked);
  }

  #pick(ids: ReadonlySet<string>): void {
    this.dispatchEvent(new Picked(ids));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-streams": GStreams;
  }
}
