// A tile of the wall: the live picture, under it what must be known at a glance, and a menu of what can be done.

import { msg, str } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { rate, size, statusKind, statusName } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/panels.js";
import "../../ui/screen.js";
import type { GScreen } from "../../ui/screen.js";
import { LIVE } from "./adaptive.js";
import type { TileMenu } from "./tile-menu.js";
import "./tile-menu.js";

@customElement("g-tile")
export class GTile extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: relative;
      }
      a {
        position: relative;
        display: block;
        border-radius: var(--g-radius);
        color: inherit;
        text-decoration: none;
      }
      :host([fill]),
      :host([fill]) a {
        height: 100%;
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
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        font-weight: 600;
        line-height: 1.3;
        overflow-wrap: anywhere;
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
      .menu {
        position: absolute;
        top: 0.5rem;
        right: 0.5rem;
        z-index: 3;
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        padding: 0;
        border: 0;
        border-radius: var(--g-radius-small);
        background: #000a;
        color: #fff;
        cursor: pointer;
        opacity: 0;
        transition: opacity 0.12s;
      }
      :host(:hover) .menu,
      :host(:focus-within) .menu,
      .menu:focus-visible {
        opacity: 1;
      }
      @media (hover: none) {
        .menu {
          opacity: 0.85;
        }
      }
      g-panels {
        position: absolute;
        bottom: 2.5rem;
        left: 0.625rem;
        z-index: 2;
        justify-items: start;
        gap: 0.25rem;
        max-width: calc(100% - 1.25rem);
        max-height: calc(100% - 5rem);
        overflow: hidden;
        /* Over a picture it is dark, whatever the theme. */
        --g-text: #e9edf2;
        --g-muted: #d3d9e1;
        --g-surface: #000a;
        color: #e9edf2;
      }
      :host([narrow]) .facts {
        display: none;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @property({ attribute: false }) open: string[] = [];
  @property({ type: Number }) fps = LIVE;
  @property({ type: Boolean, reflect: true }) fill = false;
  @query("a") private link!: HTMLAnchorElement;
  @query("g-screen") readonly screen!: GScreen;
  @query("tile-menu") private choices!: TileMenu;
  @query(".menu") private button!: HTMLButtonElement;

  override focus(options?: FocusOptions): void {
    this.link.focus(options);
  }

  /** Show what can be done with the stream. */
  menu(): void {
    void this.choices.show(this.button);
  }

  override render(): unknown {
    const { stream } = this;
    const live = stream.status === "active";
    const facts = live ? [size(stream.resolution), rate(stream.fps)].filter(Boolean).join(" · ") : "";
    return html`<a href=${at(`streams/${stream.id}`)}>
        <g-screen .stream=${stream} .open=${this.open} .fps=${this.fps} ?fill=${this.fill}></g-screen>
        <span class="caption">
          <span class="dot ${statusKind(stream.status)}"></span>
          <span class="name">${stream.name}</span>
          <span class="unseen">, ${statusName(stream.status)}</span>
          <span class="facts">${facts}</span>
        </span>
      </a>
      <g-panels place="wall.tile" compact .more=${{ stream }} .mark=${`${stream.id} ${stream.version} ${stream.status} ${stream.can}`}></g-panels>
      <button class="menu" type="button" aria-haspopup="menu" title=${msg("What can be done")}
        aria-label=${msg(str`What can be done with ${stream.name}`)} @click=${this.menu}><g-icon name="more"></g-icon></button>
      <tile-menu .stream=${stream} @full=${() => void this.screen.requestFullscreen?.()}></tile-menu>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-tile": GTile;
  }
}
