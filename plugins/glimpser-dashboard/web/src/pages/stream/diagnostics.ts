// For people who look for a fault: what is decoded and why, the worker, what was counted, the last error.

import { msg } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { words } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { GElement } from "../../ui/element.js";
import { number } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { modeName } from "./status.js";

type Diagnostics = components["schemas"]["DiagnosticsOut"];
const EVERY = 5000;

function shown(value: unknown): string {
  if (typeof value === "number") return number(value, { maximumFractionDigits: 2 });
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "–");
}

@customElement("g-diagnostics")
export class GDiagnostics extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr));
        gap: 1rem;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.25rem 1rem;
        margin-top: 0.75rem;
        font-size: var(--g-size-small);
      }
      dt {
        color: var(--g-muted);
      }
      dd {
        max-width: 14rem;
        text-align: end;
      }
    `,
  ];

  @property() stream = "";
  #timer = 0;
  #read = new Task(this, {
    task: ([stream_id]) => body(api.GET("/api/streams/{stream_id}/diagnostics", { params: { path: { stream_id } } })),
    args: (): [string] => [this.stream],
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => document.hidden || void this.#read.run(), EVERY);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render(): unknown {
    if (this.#read.error) return html`<p class="wrong" role="alert">${words(this.#read.error)}</p>`;
    const found = this.#read.value;
    if (!found) return html`<p class="muted" role="status">${msg("Loading…")}</p>`;
    return html`<div class="cards">
      ${this.#card(msg("State"), [
        [msg("Last error"), (found.reason && said(found.reason.text)) ?? msg("None")],
        [msg("Failed attempts"), shown(found.attempts)],
        [msg("Next attempt"), found.retry_at ? html`<g-time .at=${found.retry_at}></g-time>` : "–"],
        [msg("Decoded"), modeName(found.mode)],
        [msg("Why"), found.mode_why],
        [msg("Viewers"), shown(found.viewers)],
        [msg("Suspected plugin"), found.suspect_plugin || "–"],
      ])}
      ${this.#card(msg("Worker"), this.#worker(found))}
      ${this.#card(
        msg("Counters"),
        Object.entries(found.counters).map(([name, value]) => [name, shown(value)]),
      )}
    </div>`;
  }

  #worker(found: Diagnostics): [string, unknown][] {
    const rows: [string, unknown][] = [
      [msg("Group"), said(found.group)],
      [msg("Starts"), shown(found.generation)],
    ];
    return [
      ...rows,
      ...Object.entries(found.worker ?? {}).map(([name, value]): [string, string] => [name, shown(value)]),
    ];
  }

  #card(heading: string, rows: [string, unknown][]): unknown {
    return html`<section class="card"><h3>${heading}</h3>
      ${rows.length ? html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>` : html`<p class="muted small">${msg("Nothing yet.")}</p>`}
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-diagnostics": GDiagnostics;
  }
}
