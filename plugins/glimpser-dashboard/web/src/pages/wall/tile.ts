// A tile of the wall: the live picture, and under it what must be known at a glance.

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { rate, size, statusKind, statusName } from "../../ui/format.js";
import "../../ui/screen.js";

@customElement("g-tile")
export class GTile extends GElement {
  static override styles = [
    GElement.styles,
    css`
      a {
        position: relative;
        display: block;
        border-radius: var(--g-radius);
        color: inherit;
        text-decoration: none;
      }
      .caption {
        position: absolute;
        right: 0;
        bottom: 0;
        left: 0;
        z-index: 2;
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 1.75rem 0.75rem 0.625rem;
        border-radius: 0 0 var(--g-radius) var(--g-radius);
        background: linear-gradient(transparent, #000000c4);
        color: #fff;
        font-size: var(--g-size-small);
        pointer-events: none;
      }
      .name {
        font-weight: 600;
      }
      .facts {
        margin-left: auto;
        flex: none;
        color: #d3d9e1;
      }
      .dot {
        width: 0.5rem;
        height: 0.5rem;
        flex: none;
        border-radius: 50%;
        background: #98a3b1;
      }
      .dot.good {
        background: #22c55e;
      }
      .dot.warn {
        background: #f59e0b;
      }
      .dot.bad {
        background: #ff6369;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @property({ attribute: false }) open: string[] = [];

  override render(): unknown {
    const { stream } = this;
    const live = stream.status === "active";
    const facts = live ? [size(stream.resolution), rate(stream.fps)].filter(Boolean).join(" · ") : "";
    return html`<a href=${at(`streams/${stream.id}`)}>
      <g-screen .stream=${stream} .open=${this.open} .fps=${5}></g-screen>
      <span class="caption">
        <span class="dot ${statusKind(stream.status)}"></span>
        <span class="name truncate">${stream.name}</span>
        <span class="unseen">, ${statusName(stream.status)}</span>
        <span class="facts">${facts}</span>
      </span>
    </a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-tile": GTile;
  }
}
