// The tiles of a wall: on a grid that somebody laid out, page after page, or side by side as they fit.

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Stream } from "../../api/types.js";
import { store } from "../../state/store.js";
import type { Wall, WallTile } from "../../state/walls.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { styled } from "../../ui/styled.js";
import { Adaptive } from "./adaptive.js";
import { beside, pages } from "./layout.js";
import { stageStyles } from "./stage-styles.js";
import type { GTile } from "./tile.js";
import "./tile.js";
import { Turning } from "./turning.js";

const CALM_CHECK = 5000;
/** From so many streams on only tiles that are near the window are made; the others keep their place. */
const MANY = 48;

@customElement("wall-stage")
export class WallStage extends GElement {
  static override styles = [GElement.styles, stageStyles];

  /** The wall; null = every stream. */
  @property({ attribute: false }) wall: Wall | null = null;
  /** On the whole window, with nothing beside it. */
  @property({ type: Boolean, reflect: true }) kiosk = false;
  @state() private looked = "";
  #adaptive = new Adaptive();
  #near = new Set<string>();
  #places = new IntersectionObserver((entries) => this.#moved(entries), { rootMargin: "100% 0px" });
  #turning = new Turning(this, () => ({ count: this.#pages.length, seconds: this.wall?.rotation_s ?? 0 }));
  #calm = 0;

  constructor() {
    super();
    new Watch(this, store.streams, store.open);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#calm = window.setInterval(() => {
      if (this.wall && this.wall.idle !== "live") this.requestUpdate();
    }, CALM_CHECK);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#calm);
    this.#places.disconnect();
    this.#near.clear();
  }

  #moved(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const { id } = (target as HTMLElement).dataset;
      if (isIntersecting && target.isConnected) this.#near.add(id!);
      else this.#near.delete(id!);
    }
    this.requestUpdate();
  }

  protected override updated(): void {
    for (const place of this.shadowRoot!.querySelectorAll("li[data-id]")) this.#places.observe(place);
  }

  get #pages(): WallTile[][] {
    return this.wall
      ? pages(
          this.wall.tiles.filter((tile) => store.streams.has(tile.stream_id)),
          this.wall.rows,
        )
      : [];
  }

  /** Go to another page of the wall; in a circle. */
  step(by: number): void {
    this.#turning.step(by);
  }

  /** Stop turning pages, or go on. */
  pause(): void {
    this.#turning.pause();
  }

  /** Show it on the whole screen, or not any more. */
  full(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen?.();
  }

  /** The tile that has the focus. */
  get current(): GTile | null {
    const { activeElement } = this.shadowRoot!;
    return activeElement?.localName === "g-tile" ? (activeElement as GTile) : null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("wall") && (changed.get("wall") as Wall | null)?.id !== this.wall?.id) {
      this.#turning.reset();
    }
  }

  override render(): unknown {
    const { wall } = this;
    if (!wall) {
      const streams = store.streams.list;
      return html`<ul class="wall" data-count=${Math.min(streams.length, 5)} @keydown=${this.#key}>
        ${repeat(
          streams,
          (stream) => stream.id,
          (stream) =>
            streams.length < MANY
              ? html`<li>${this.#tile(stream, false)}</li>`
              : html`<li data-id=${stream.id}>${this.#near.has(stream.id) ? this.#tile(stream, false) : nothing}</li>`,
        )}</ul>`;
    }
    const all = this.#pages;
    const tiles = all[this.#turning.page] ?? [];
    const rows = wall.rows || Math.max(1, ...tiles.map((tile) => tile.y + tile.h));
    return html`<ul class="laid" ${styled({ "--columns": String(wall.columns), "--rows": String(rows) })} @keydown=${this.#key}>
        ${repeat(
          tiles,
          (tile) => tile.stream_id,
          ({ stream_id, x, y, w, h }) => {
            const stream = store.streams.get(stream_id);
            const place = { "--x": `${x + 1}`, "--y": `${y + 1}`, "--w": `${w}`, "--h": `${h}` };
            return html`<li ${styled(place)}>${stream ? this.#tile(stream, true) : nothing}</li>`;
          },
        )}</ul>
      ${this.#turning.pager()}`;
  }

  #tile(stream: Stream, fill: boolean): unknown {
    const open = store.open.of(stream.id);
    return html`<g-tile .stream=${stream} .open=${open} ?fill=${fill}
      .fps=${this.#adaptive.fps(stream.id, open, this.wall, this.looked === stream.id)}
      @pointerenter=${() => this.#look(stream.id)} @focusin=${() => this.#look(stream.id)}
      @pointerleave=${() => this.#look("")}></g-tile>`;
  }

  #look(stream: string): void {
    if (this.wall && this.wall.idle !== "live") this.looked = stream;
  }

  #key(press: KeyboardEvent): void {
    if (!press.key.startsWith("Arrow")) return;
    const tiles = [...this.shadowRoot!.querySelectorAll<GTile>("g-tile")];
    const here = this.current ? tiles.indexOf(this.current) : -1;
    const boxes = tiles.map((tile) => tile.getBoundingClientRect());
    tiles[here < 0 ? 0 : beside(boxes, here, press.key)]?.focus();
    press.preventDefault();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "wall-stage": WallStage;
  }
}
