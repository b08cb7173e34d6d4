// One figure of the machine: what it is, how much, and a bar of how full.

import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import type { IconName } from "../../ui/icons.js";
import { styled } from "../../ui/styled.js";

@customElement("g-meter")
export class GMeter extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .card {
        display: grid;
        gap: 0.625rem;
        height: 100%;
        align-content: start;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
        font-weight: 600;
      }
      .value {
        font-size: 1.75rem;
        font-weight: 650;
        line-height: 1.15;
        letter-spacing: -0.02em;
      }
      .track {
        height: 6px;
        border-radius: 99px;
        background: color-mix(in srgb, var(--g-muted) 18%, transparent);
        overflow: hidden;
      }
      .fill {
        width: var(--share);
        height: 100%;
        border-radius: inherit;
        background: var(--g-accent);
        transition: width 0.4s;
      }
      .warn .fill {
        background: var(--g-warn);
      }
      .bad .fill {
        background: var(--g-bad);
      }
    `,
  ];

  @property() icon: IconName = "status";
  @property() name = "";
  @property() value = "";
  @property() text = "";
  /** 0..1; null without a bar. */
  @property({ attribute: false }) share: number | null = null;

  override render(): unknown {
    const share = this.share === null ? null : Math.min(1, Math.max(0, this.share));
    const kind = share === null || share < 0.8 ? "" : share < 0.92 ? "warn" : "bad";
    return html`<div class="card">
      <p class="name"><g-icon .name=${this.icon}></g-icon>${this.name}</p>
      <p class="value">${this.value}</p>
      ${
        share === null
          ? nothing
          : html`<div class="track ${kind}" role="meter" aria-label=${this.name} aria-valuemin="0" aria-valuemax="100"
            aria-valuenow=${Math.round(100 * share)}><div class="fill" ${styled({ "--share": `${100 * share}%` })}></div></div>`
      }
      <p class="muted small">${this.text}</p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-meter": GMeter;
  }
}
