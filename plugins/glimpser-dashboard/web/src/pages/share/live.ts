// A shared stream, or a shared wall as it was arranged, on the whole window, over the link's own socket.

import { ContextProvider } from "@lit/context";
import { msg } from "@lit/localize";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { components } from "../../api/schema.js";
import { connection } from "../../state/connection.js";
import { PageSocket } from "../../state/socket.js";
import type { WallTile } from "../../state/walls.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { Kiosk, kioskStyles, lost } from "../../ui/kiosk.js";
import { type Shown, socketContext } from "../../ui/screen.js";
import { styled } from "../../ui/styled.js";
import { filling, pages } from "../wall/layout.js";
import { stageStyles } from "../wall/stage-styles.js";
import { Turning } from "../wall/turning.js";

type Shared = components["schemas"]["SharedOut"];
type Layout = Required<components["schemas"]["SharedLayout"]>;

@customElement("g-shared-live")
export class SharedLive extends GElement {
  static override styles = [
    GElement.styles,
    stageStyles,
    kioskStyles,
    css`
      li {
        position: relative;
        border-radius: var(--g-radius);
      }
      .name {
        position: absolute;
        right: 0;
        bottom: 0;
        left: 0;
        z-index: 2;
        padding: 1.75rem 0.75rem 0.625rem;
        border-radius: 0 0 var(--g-radius) var(--g-radius);
        background: linear-gradient(transparent, #000000c4);
        color: #fff;
        font-size: var(--g-size-small);
        font-weight: 600;
        pointer-events: none;
      }
    `,
  ];

  @property({ attribute: false }) shared!: Shared;
  #socket: PageSocket | null = null;
  #provider = new ContextProvider(this, { context: socketContext });
  #stop = (): void => {};
  #turning = new Turning(this, () => ({ count: this.#pages.length, seconds: this.#layout.rotation_s }));

  constructor() {
    super();
    new Kiosk(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.toggleAttribute("kiosk", true);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("shared") as Shared | undefined;
    if (!this.#socket || (before && before.id !== this.shared.id)) this.#connect();
  }

  #connect(): void {
    this.#close();
    this.#socket = new PageSocket(`api/shared/${this.shared.id}/ws`);
    const socket = this.#socket;
    let away = false;
    const deaf = socket.onLost(() => {
      away = true;
      this.dispatchEvent(new Event("lost"));
    });
    const unwatch = socket.subscribe(() => {
      if (away && socket.state === "live") void connection.compare();
      away &&= socket.state !== "live";
      this.requestUpdate();
    });
    this.#stop = () => {
      deaf();
      unwatch();
    };
    this.#socket.open();
    this.#provider.setValue(this.#socket);
  }

  #close(): void {
    this.#stop();
    this.#socket?.close();
    this.#socket = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  /** As its author arranged it, or filling the screen; streams that joined nothing are left out. */
  get #layout(): Layout {
    const { layout, streams } = this.shared;
    return (layout as Layout | null) ?? filling(streams.map(({ id }) => id));
  }

  get #pages(): WallTile[][] {
    return pages(this.#layout.tiles, this.#layout.rows);
  }

  override render(): unknown {
    const { shared } = this;
    const { columns, rows } = this.#layout;
    const tiles = this.#pages[this.#turning.page] ?? [];
    const lines = rows || Math.max(1, ...tiles.map((tile) => tile.y + tile.h));
    const full = msg("Full screen");
    return html`<div class="over">
        <h1 class="truncate">${shared.name}</h1>
        <button class="button square" type="button" title=${full} aria-label=${full} @click=${this.#full}>
          <g-icon name="full"></g-icon>
        </button>
      </div>
      ${lost(this.#socket?.state)}
      <ul class="laid" ${styled({ "--columns": String(columns), "--rows": String(lines) })}>
        ${repeat(
          tiles,
          (tile) => `${shared.id} ${tile.stream_id}`,
          (tile) => this.#tile(tile),
        )}
      </ul>
      ${this.#turning.pager()}`;
  }

  #tile({ stream_id, x, y, w, h }: WallTile): unknown {
    const { kind, streams } = this.shared;
    const stream = streams.find(({ id }) => id === stream_id);
    const place = { "--x": `${x + 1}`, "--y": `${y + 1}`, "--w": `${w}`, "--h": `${h}` };
    return html`<li ${styled(place)}>
      <g-screen .stream=${(stream ?? null) as Shown | null} .fps=${kind === "stream" ? 12 : 5} fill></g-screen>
      ${kind === "stream" ? nothing : html`<span class="name truncate">${stream?.name}</span>`}
    </li>`;
  }

  #full(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen?.();
  }
}
