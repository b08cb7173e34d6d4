// Severities with how many there are of each, as tabs above the list.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { levels } from "../../theme/dots.js";
import { GElement } from "../../ui/element.js";
import { number } from "../../ui/format.js";
import { SEVERITIES, type Severity } from "./filters.js";
import { severityKind, severityName } from "./words.js";

/** Somebody chose a severity; "" = all. */
export class Chose extends Event {
  constructor(readonly severity: Severity | "") {
    super("chose");
  }
}

/** A count as the API writes it, "10000+" too, for people. */
export function counted(text: string | undefined): string {
  if (!text) return "";
  return number(Number.parseInt(text, 10)) + (text.endsWith("+") ? "+" : "");
}

@customElement("g-severities")
export class GSeverities extends GElement {
  static override styles = [
    GElement.styles,
    levels,
    css`
      nav {
        display: flex;
        gap: 0.25rem;
        border-bottom: 1px solid var(--g-line);
        overflow-x: auto;
        scrollbar-width: none;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        flex: none;
        min-height: 2.5rem;
        padding: 0.25rem 0.75rem;
        border: 0;
        border-bottom: 2px solid transparent;
        background: none;
        color: var(--g-muted);
        font: inherit;
        font-weight: 550;
        cursor: pointer;
      }
      button:hover {
        color: var(--g-text);
      }
      button:focus-visible {
        outline-offset: -3px;
      }
      button[aria-pressed="true"] {
        border-bottom-color: var(--g-accent);
        color: var(--g-text);
      }
      .count {
        min-width: 1.25rem;
        padding: 0 0.4375rem;
        border-radius: 99px;
        background: var(--g-hover);
        font-size: 0.75rem;
        line-height: 1.25rem;
        text-align: center;
      }
    `,
  ];

  @property() severity: Severity | "" = "";
  @property({ attribute: false }) counts: Partial<Record<Severity, string>> = {};

  get #all(): string {
    const counts = SEVERITIES.map((severity) => this.counts[severity]);
    if (counts.some((count) => count === undefined)) return "";
    const sum = counts.reduce((before, count) => before + Number.parseInt(count!, 10), 0);
    return `${sum}${counts.some((count) => count?.endsWith("+")) ? "+" : ""}`;
  }

  override render(): unknown {
    const tab = (
      severity: Severity | "",
      words: string,
      count: string | undefined,
    ): unknown => html`<button type="button"
      data-severity=${severity || "all"} aria-pressed=${this.severity === severity}
      @click=${() => this.dispatchEvent(new Chose(severity))}>
      ${severity ? html`<span class="level ${severityKind(severity)}"></span>` : ""}${words}
      <span class="count" ?hidden=${!count}>${counted(count)}</span></button>`;
    return html`<nav aria-label=${msg("Severity")}>
      ${tab("", msg("All"), this.#all)}
      ${SEVERITIES.map((severity) => tab(severity, severityName(severity), this.counts[severity]))}
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-severities": GSeverities;
  }
}
