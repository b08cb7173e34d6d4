// One stream: its picture, how it does, what happened on it and when. The address holds the moment and the tab.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { removal } from "../../state/removal.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { statusKind, statusName } from "../../ui/format.js";
import "../../ui/icon.js";
import type { Chosen } from "../../ui/tabs.js";
import "../../ui/panel.js";
import "../../ui/tabs.js";
import { tellsWho } from "./access.js";
import "./actions.js";
import "./diagnostics.js";
import "./happened.js";
import "./lists.js";
import "./stage.js";
import "./status.js";
import "./summary.js";
import type { MomentChosen } from "./timeline.js";
import "./timeline.js";

@customElement("page-stream")
export class PageStream extends Page {
  static override styles = [
    Page.styles,
    css`
      .bar {
        flex-wrap: nowrap;
      }
      .name {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        min-width: 0;
      }
      h1 {
        min-width: 0;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 21rem;
        gap: 1rem;
        align-items: start;
      }
      .columns > * {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      .recent {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding-inline: 0.75rem;
      }
      .recent h2 {
        padding-inline: 0.5rem;
      }
      .recent g-stream-activities {
        max-height: 26rem;
        overflow: auto;
      }
      g-tabs {
        margin-top: 1rem;
      }
      @media (max-width: 70rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 48rem) {
        .bar {
          flex-wrap: wrap;
          margin-bottom: 0.75rem;
        }
        .name {
          flex-basis: calc(100% - 4rem);
        }
        g-stream-actions {
          margin-left: auto;
        }
        .card {
          padding: 0.75rem;
        }
      }
    `,
  ];

  @state() private drawn = 0;
  #told = 0;
  #brought: { stream: Stream } | null = null;

  constructor() {
    super();
    new Watch(this, store.streams, store.open, session, removal);
  }

  get heading(): string {
    return this.#stream?.name ?? msg("Stream");
  }

  get #stream(): Stream | undefined {
    return store.streams.get(this.params.stream_id ?? "");
  }

  get #at(): number | null {
    const given = Date.parse(this.query.get("at") ?? "");
    return Number.isNaN(given) ? null : given;
  }

  override render(): unknown {
    const stream = this.#stream;
    if (!stream && !store.streams.loaded) return html`<p class="unseen" role="status">${msg("Loading…")}</p>`;
    if (!stream || removal.has(stream.id)) {
      return html`<g-empty icon="streams" .heading=${msg("There is no such stream")}
        .text=${msg("It may have been removed, or you may not see it.")}>
        <a class="button primary" href=${at("streams")}>${msg("To the streams")}</a></g-empty>`;
    }
    const events = stream.can.includes("events.view");
    const tabs = this.#tabs(stream, events);
    const tab = tabs.find(([id]) => id === this.query.get("tab"))?.[0] ?? tabs[0]![0];
    return html`<div class="bar">
        <a class="button ghost square" href=${at("streams")} title=${msg("To the streams")} aria-label=${msg("To the streams")}><g-icon name="back"></g-icon></a>
        <div class="name"><h1>${stream.name}</h1>
          <span class="chip ${statusKind(stream.status)}">${statusName(stream.status)}</span></div>
        <g-stream-actions .stream=${stream} @full=${this.#full}></g-stream-actions>
      </div>
      <div class="columns">
        <div>
          <g-stage .stream=${stream} .open=${store.open.of(stream.id)} .at=${events ? this.#at : null}
            @moment=${this.#moment} @drawn=${this.#drawn}></g-stage>
          ${
            events
              ? html`<section class="card"><g-timeline .stream=${stream.id} .at=${this.#at} @moment=${this.#moment}></g-timeline></section>`
              : nothing
          }
          ${events && this.#at !== null ? html`<g-happened .stream=${stream.id} .at=${this.#at}></g-happened>` : nothing}
        </div>
        <div>
          <g-stream-status .stream=${stream} .drawn=${this.drawn}></g-stream-status>
          ${
            events
              ? html`<section class="card recent" aria-label=${msg("Recent activity")} @moment=${this.#moment}>
                <h2>${msg("Recent activity")}</h2>
                <g-stream-activities .stream=${stream.id}></g-stream-activities></section>`
              : nothing
          }
        </div>
      </div>
      <g-tabs .tabs=${tabs} .selected=${tab} .label=${msg("More about this stream")} @chosen=${this.#chosen} @moment=${this.#moment}>
        ${this.#tab(tab, stream)}
      </g-tabs>`;
  }

  #tabs(stream: Stream, events: boolean): [string, string][] {
    const own: [string, string][] = [
      ["diagnostics", msg("Diagnostics")],
      ["configuration", msg("Configuration")],
    ];
    if (tellsWho(stream)) own.push(["access", msg("Access")]);
    const brought = session.panels("stream.tab").map((panel): [string, string] => [panel.element, said(panel.title)]);
    return [...(events ? [["clips", msg("Clips")] as [string, string]] : []), ...brought, ...own];
  }

  #tab(tab: string, stream: Stream): unknown {
    if (tab === "clips") return html`<g-stream-clips .stream=${stream.id}></g-stream-clips>`;
    if (tab === "access") return html`<g-stream-who .stream=${stream}></g-stream-who>`;
    if (tab === "diagnostics") return html`<g-diagnostics .stream=${stream.id}></g-diagnostics>`;
    const panel = session.panels("stream.tab").find(({ element }) => element === tab);
    if (panel) return html`<g-panel .panel=${panel} .more=${this.#more(stream)}></g-panel>`;
    return html`<g-stream-summary .stream=${stream}></g-stream-summary>`;
  }

  /** The same object until the stream is changed: a panel is not told of every picture. */
  #more(stream: Stream): { stream: Stream } {
    const before = this.#brought?.stream;
    const same = before?.id === stream.id && before.version === stream.version && `${before.can}` === `${stream.can}`;
    if (!this.#brought || !same) this.#brought = { stream };
    return this.#brought;
  }

  #chosen(event: Chosen): void {
    router.ask({ tab: event.id });
  }

  #moment(event: MomentChosen): void {
    router.ask({ at: event.at === null ? null : new Date(event.at).toISOString() });
    if (event.target instanceof Element && !event.target.matches("g-stage, g-timeline")) {
      this.shadowRoot?.querySelector("g-stage")?.scrollIntoView({ block: "nearest" });
    }
  }

  /** A figure that changes twelve times a second is told once. */
  #drawn(event: CustomEvent<number>): void {
    if (event.detail - this.#told < 1000) return;
    this.#told = event.detail;
    this.drawn = event.detail;
  }

  #full(): void {
    void this.shadowRoot?.querySelector("g-stage")?.requestFullscreen?.();
  }
}
