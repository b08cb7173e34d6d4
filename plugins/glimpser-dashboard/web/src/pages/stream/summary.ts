// What is configured, in short. Changing it has a page of its own.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";

function plain(value: unknown): string {
  if (value === true) return msg("yes");
  if (value === false) return msg("no");
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

@customElement("g-stream-summary")
export class GStreamSummary extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
        gap: 1rem;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) minmax(0, 1fr);
        gap: 0.25rem 1rem;
        margin-top: 0.75rem;
        font-size: var(--g-size-small);
      }
      dt {
        color: var(--g-muted);
      }
      .row {
        margin-top: 0.75rem;
      }
      .edit {
        margin-top: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;

  override render(): unknown {
    const { stream } = this;
    const regions: Record<string, string> = {
      zone: msg("Zone"),
      motion_mask: msg("Motion mask"),
      privacy: msg("Privacy mask"),
    };
    const parts = [...Object.keys(stream.analyzers), ...Object.keys(stream.sinks)];
    return html`<div class="cards">
        <section class="card"><h3>${msg("Source")}</h3>
          <dl><dt>${msg("Kind")}</dt><dd>${stream.kind}</dd>
            ${Object.entries(stream.config).map(([name, value]) => html`<dt>${name}</dt><dd>${plain(value)}</dd>`)}</dl>
        </section>
        <section class="card"><h3>${msg("Regions")}</h3>
          ${
            stream.regions.length
              ? html`<dl>${stream.regions.map((region) => html`<dt>${regions[String(region.kind)] ?? region.kind}</dt><dd>${region.name}</dd>`)}</dl>`
              : html`<p class="muted small">${msg("The whole picture is watched.")}</p>`
          }
        </section>
        <section class="card"><h3>${msg("Analysis and recording")}</h3>
          <div class="row">${parts.length ? parts.map((part) => html`<span class="chip">${part}</span>`) : html`<p class="muted small">${msg("None")}</p>`}</div>
        </section>
        <section class="card"><h3>${msg("Tags")}</h3>
          <div class="row">${stream.tags.length ? stream.tags.map((tag) => html`<span class="chip">${tag}</span>`) : html`<p class="muted small">${msg("None")}</p>`}</div>
        </section>
      </div>
      ${
        stream.can.includes("streams.configure")
          ? html`<p class="edit"><a class="button" href=${at(`streams/${stream.id}/edit`)}><g-icon name="edit"></g-icon>${msg("Edit")}</a></p>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-summary": GStreamSummary;
  }
}
