// One entry of the log; its details unfold.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { components } from "../../api/schema.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/time.js";

type Entry = components["schemas"]["AuditEventOut"];

@customElement("audit-entry")
export class AuditEntry extends GElement {
  static override styles = [
    GElement.styles,
    css`
      summary {
        display: grid;
        grid-template-columns: 11rem minmax(8rem, 1fr) minmax(10rem, 1.3fr) minmax(8rem, 1.2fr) 5rem 1rem;
        align-items: center;
        gap: 0.25rem 1rem;
        min-height: 2.75rem;
        padding: 0.375rem 1.25rem;
        list-style: none;
        cursor: pointer;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary:hover {
        background: var(--g-hover);
      }
      summary > * {
        min-width: 0;
      }
      summary > g-icon {
        color: var(--g-muted);
        transition: transform 0.15s;
      }
      details[open] summary > g-icon {
        transform: rotate(180deg);
      }
      .more {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 0.25rem 1.25rem 1rem;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.25rem 1.25rem;
        font-size: var(--g-size-small);
      }
      dt {
        color: var(--g-muted);
      }
      pre {
        max-height: 16rem;
        white-space: pre-wrap;
      }
      @media (max-width: 60rem) {
        summary {
          grid-template-columns: minmax(0, 1fr) auto 1rem;
          padding: 0.625rem 1rem;
        }
        .what {
          grid-area: 1 / 1;
        }
        .time {
          grid-area: 1 / 2;
        }
        summary > g-icon {
          grid-area: 1 / 3;
        }
        .who,
        .object {
          font-size: var(--g-size-small);
        }
        .who {
          grid-area: 2 / 1;
        }
        .result {
          grid-area: 2 / 2 / auto / span 2;
          text-align: end;
        }
        .object {
          grid-column: 1 / -1;
        }
        .object:empty,
        .chip.ok {
          display: none;
        }
        .more {
          padding-inline: 1rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) entry!: Entry;

  override render(): unknown {
    const { entry } = this;
    const results: Record<string, string> = { ok: msg("done"), refused: msg("refused"), failed: msg("failed") };
    return html`<details>
      <summary>
        <span class="time muted small"><g-time form="when" .at=${entry.at}></g-time></span>
        <span class="who truncate">${entry.actor_name || msg("Somebody not signed in")}</span>
        <code class="what truncate">${entry.action}</code>
        <span class="object truncate muted">${entry.object_name || entry.object_id}</span>
        <span class="result"><span class="chip ${entry.result === "ok" ? "ok" : "bad"}">${results[entry.result] ?? entry.result}</span></span>
        <g-icon name="down"></g-icon>
      </summary>
      <div class="more">
        <dl>
          <dt>${msg("Number")}</dt><dd>${entry.seq}</dd>
          <dt>${msg("Person")}</dt><dd>${entry.actor_name} <span class="muted">${this.#kind(entry.actor_kind)}</span></dd>
          <dt>${msg("From where")}</dt><dd>${entry.address || "–"}</dd>
          ${
            entry.object_id
              ? html`<dt>${msg("Object")}</dt><dd>${entry.object_type} ${entry.object_name} <code>${entry.object_id}</code></dd>`
              : nothing
          }
        </dl>
        ${Object.keys(entry.data).length ? html`<pre tabindex="0" aria-label=${msg("Details")}>${JSON.stringify(entry.data, null, 2)}</pre>` : nothing}
        <div class="row">
          ${entry.actor ? this.#only({ actor: entry.actor }, msg(str`All by ${entry.actor_name}`)) : nothing}
          ${this.#only({ action: entry.action }, msg("All of this action"))}
          ${entry.object_id ? this.#only({ object: entry.object_id }, msg("All on this object")) : nothing}
        </div>
      </div>
    </details>`;
  }

  #only(filter: Record<string, string>, words: string): unknown {
    return html`<button class="button small" type="button" @click=${() =>
      this.dispatchEvent(
        new CustomEvent("asked", { detail: filter }),
      )}><span class="truncate">${words}</span></button>`;
  }

  #kind(kind: string): string {
    const names: Record<string, string> = {
      user: msg("in a browser"),
      api_key: msg("by an API key"),
      token: msg("by a token"),
      link: msg("by a share link"),
      command_line: msg("on the command line"),
      hub: msg("the hub itself"),
      anonymous: msg("not signed in"),
    };
    return names[kind] ?? kind;
  }
}
