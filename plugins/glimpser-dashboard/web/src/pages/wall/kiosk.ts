// A wall on the whole window, for a screen on which nobody works. Escape, or its button, leads back.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { router } from "../../router.js";
import { socket } from "../../state/socket.js";
import { store } from "../../state/store.js";
import type { Wall } from "../../state/walls.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import { Kiosk, kioskStyles, lost } from "../../ui/kiosk.js";
import { filling } from "./layout.js";
import type { WallStage } from "./stage.js";
import "./stage.js";

@customElement("wall-kiosk")
export class WallKiosk extends GElement {
  static override styles = [GElement.styles, kioskStyles];

  /** null: every stream. */
  @property({ attribute: false }) wall: Wall | null = null;
  @query("wall-stage") stage!: WallStage | null;

  constructor() {
    super();
    new Watch(this, store.streams, socket);
    new Kiosk(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.#key);
  }

  override render(): unknown {
    const streams = store.streams.list.map(({ id }) => id);
    const name = this.wall?.name ?? msg("Wall");
    const shown = this.wall?.tiles.some((tile) => store.streams.has(tile.stream_id)) ?? streams.length > 0;
    const every = { id: "", idle: "live", active_s: 20, ...filling(streams) } as Wall;
    return html`<div class="over"><h1 class="truncate">${name}</h1>
        ${this.#button("full", msg("Full screen"), () => this.stage?.full())}
        ${this.#button("close", msg("Leave the kiosk"), leave)}</div>
      ${lost(socket.state)}
      ${
        shown
          ? html`<wall-stage kiosk .wall=${this.wall ?? every}></wall-stage>`
          : html`<g-empty icon="wall" .heading=${msg("Nothing is on this wall")} .text=${msg("Add streams to it.")}></g-empty>`
      }`;
  }

  #button(icon: "full" | "close", words: string, work: () => void): unknown {
    return html`<button class="button square" type="button" title=${words} aria-label=${words} @click=${work}>
      <g-icon .name=${icon}></g-icon></button>`;
  }

  #key = (press: KeyboardEvent): void => {
    if (press.key === "Escape" && !press.defaultPrevented && !document.fullscreenElement) leave();
  };
}

function leave(): void {
  router.ask({ kiosk: null }, { push: true });
}

declare global {
  interface HTMLElementTagNameMap {
    "wall-kiosk": WallKiosk;
  }
}
