// The menu of a tile.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { api } from "../../api/client.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { tell, toast } from "../../state/toasts.js";
import { copyLink } from "../../ui/clipboard.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import type { IconName } from "../../ui/icons.js";

const EDGE = 8;

@customElement("tile-menu")
export class TileMenu extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: contents;
      }
      [popover] {
        position: fixed;
        inset: auto;
        min-width: 13rem;
        margin: 0;
        padding: 0.375rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius);
        background: var(--g-raised);
        color: var(--g-text);
        box-shadow: var(--g-deep);
      }
      button {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        width: 100%;
        min-height: 2.25rem;
        padding: 0.25rem 0.75rem;
        border: 0;
        border-radius: 6px;
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      button:hover,
      button:focus-visible {
        background: var(--g-hover);
      }
      g-icon {
        color: var(--g-muted);
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @state() private opened = false;
  @query("[popover]") private menu!: HTMLElement;
  #opener: HTMLElement | null = null;

  /** Open it under a button, inside of the window. */
  async show(opener: HTMLElement): Promise<void> {
    this.#opener = opener;
    this.opened = true;
    await this.updateComplete;
    this.menu.showPopover();
    const { bottom, right } = opener.getBoundingClientRect();
    const { width, height } = this.menu.getBoundingClientRect();
    const fit = (wanted: number, most: number): string => `${Math.max(EDGE, Math.min(wanted, most - EDGE))}px`;
    this.menu.style.left = fit(right - width, innerWidth - width);
    this.menu.style.top = fit(bottom + 4, innerHeight - height);
    this.menu.querySelector("button")?.focus();
  }

  override render(): unknown {
    const { stream } = this;
    return html`<div popover role="menu" aria-label=${stream.name} @keydown=${this.#key} @toggle=${this.#toggled}>${this.opened ? this.#items() : nothing}</div>`;
  }

  /** Made when they are wanted: a wall has many tiles. */
  #items(): unknown {
    const { stream } = this;
    const controls = stream.can.includes("streams.control");
    const runs = stream.status !== "inactive" && stream.status !== "stopping";
    return html`
      ${this.#item("eye", msg("Open"), () => router.go(`streams/${stream.id}`))}
      ${this.#item("full", msg("Full screen"), () => this.dispatchEvent(new Event("full")))}
      ${controls && stream.status === "active" ? this.#item("camera", msg("Keep this picture"), () => void this.#snapshot()) : nothing}
      ${
        controls
          ? runs
            ? this.#item("stop", msg("Stop"), () => void this.#turn("stop"))
            : this.#item("play", msg("Start"), () => void this.#turn("start"))
          : nothing
      }
      ${this.#item("link", msg("Copy link"), () => void this.#copy())}`;
  }

  #item(icon: IconName, words: string, work: () => void): unknown {
    return html`<button type="button" role="menuitem" @click=${() => {
      this.menu.hidePopover();
      work();
    }}><g-icon .name=${icon}></g-icon>${words}</button>`;
  }

  #toggled(event: ToggleEvent): void {
    if (event.newState !== "closed") return;
    if (this.shadowRoot?.activeElement) this.#opener?.focus();
    this.opened = false;
  }

  #key(press: KeyboardEvent): void {
    const items = [...this.menu.querySelectorAll("button")];
    const here = items.indexOf(this.shadowRoot?.activeElement as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    press.stopPropagation();
    if (!step) return;
    press.preventDefault();
    items[(here + step + items.length) % items.length]?.focus();
  }

  async #snapshot(): Promise<void> {
    const path = { stream_id: this.stream.id };
    const made = await tell(() =>
      api.POST("/api/streams/{stream_id}/snapshots", { params: { path }, body: { fresh: true } }),
    );
    if (!made) return;
    toast(msg(str`A picture of ${this.stream.name} is kept.`), "good", {
      words: msg("Show"),
      run: () => router.go(`streams/${this.stream.id}`),
    });
  }

  async #turn(verb: "start" | "stop"): Promise<void> {
    const params = { path: { stream_id: this.stream.id } };
    await tell(() =>
      verb === "start"
        ? api.POST("/api/streams/{stream_id}/start", { params })
        : api.POST("/api/streams/{stream_id}/stop", { params }),
    );
  }

  async #copy(): Promise<void> {
    const link = new URL(at(`streams/${this.stream.id}`), location.href).href;
    await copyLink(link);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "tile-menu": TileMenu;
  }
}
