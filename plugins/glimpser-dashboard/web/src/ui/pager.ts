// The foot of a list that has more: how many there are, and a button for the next ones.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { GElement } from "./element.js";

/** `<g-pager .shown=${n} .total=${total} .more=${next !== null} @more=${…}>` */
@customElement("g-pager")
export class GPager extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.75rem;
        padding: 1rem 0;
      }
    `,
  ];

  @property({ type: Number }) shown = 0;
  @property() total = "";
  @property({ type: Boolean }) more = false;
  @property({ type: Boolean }) busy = false;

  override render(): unknown {
    if (!this.more) return nothing;
    return html`<span class="muted small">${this.total ? msg(str`${this.shown} of ${this.total}`) : nothing}</span>
      <button class="button" type="button" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new Event("more"))}>
        ${msg("More")}
      </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-pager": GPager;
  }
}
