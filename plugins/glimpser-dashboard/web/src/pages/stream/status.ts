// How a stream does: its status, why, what to do about it, and what is measured.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { number, rate, size } from "../../ui/format.js";
import "../../ui/time.js";

/** What is decoded, in words. */
export function modeName(mode: string | null): string {
  const names: Record<string, string> = {
    none: msg("Nothing is decoded"),
    key: msg("Keyframes, until something happens"),
    nonref: msg("Some frames, until something happens"),
    full: msg("Every frame"),
  };
  return names[mode ?? ""] ?? mode ?? "";
}

@customElement("g-stream-status")
export class GStreamStatus extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .card {
        display: grid;
        gap: 0.75rem;
      }
      .why {
        padding: 0.75rem 0.875rem;
        border-radius: var(--g-radius-small);
        background: color-mix(in srgb, var(--g-bad) 10%, transparent);
        font-size: var(--g-size-small);
      }
      .why p + p {
        margin-top: 0.375rem;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.375rem 1rem;
        font-size: var(--g-size-small);
      }
      dt {
        color: var(--g-muted);
      }
      dd {
        text-align: end;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  /** When the newest shown picture was captured. */
  @property({ type: Number }) drawn = 0;

  override render(): unknown {
    const { stream } = this;
    const last = Math.max(this.drawn, stream.last_frame_at ? Date.parse(stream.last_frame_at) : 0);
    const rows: [string, unknown][] = [
      [msg("Resolution"), size(stream.resolution)],
      [msg("Rate"), rate(stream.fps)],
      [msg("Codec"), stream.codec],
      [msg("Analysis"), modeName(stream.mode)],
      [msg("Last picture"), last ? html`<g-time .at=${last}></g-time>` : ""],
      [msg("Since"), stream.since ? html`<g-time .at=${stream.since} form="when"></g-time>` : ""],
      [msg("Source"), stream.source],
    ];
    return html`<section class="card" aria-label=${msg("Status")}>
      <div class="row">
        <h2>${msg("Status")}</h2>
        <span class="gap"></span>
        ${stream.degraded ? html`<span class="chip warn">${msg("Slowed")}</span>` : nothing}
        ${stream.suspect ? html`<span class="chip bad">${msg("Set apart")}</span>` : nothing}
      </div>
      ${this.#why()}
      <dl>${rows.filter(([, value]) => value).map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
    </section>`;
  }

  #why(): unknown {
    const { stream } = this;
    if (!stream.reason || stream.status === "active" || stream.status === "inactive") return nothing;
    return html`<div class="why" role="status">
      <p>${said(stream.reason.text)}</p>
      <p class="muted">${this.#advice()}</p>
      ${stream.can.includes("streams.configure") ? html`<p><a href=${at(`streams/${stream.id}/edit`)}>${msg("Change the configuration")}</a></p>` : nothing}
    </div>`;
  }

  #advice(): unknown {
    const { stream } = this;
    if (stream.retry_at) {
      return html`${msg(str`${number(stream.attempts)} attempts failed.`)} ${msg("Next one:")} <g-time .at=${stream.retry_at}></g-time>`;
    }
    return stream.can.includes("streams.control")
      ? msg("When it is mended, start the stream again.")
      : msg("Tell those who look after this hub.");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-status": GStreamStatus;
  }
}
