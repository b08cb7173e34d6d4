// Laying out a wall: tiles are dragged, made larger and taken off, by hand or by keys. In a chunk of its own.

import { msg, str } from "@lit/localize";
import { GridStack, type GridStackNode } from "gridstack";
import sheet from "gridstack/dist/gridstack.min.css?inline";
import { html, type PropertyValues, render, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { at } from "../../root.js";
import type { WallTile } from "../../state/walls.js";
import { GElement } from "../../ui/element.js";
import { streamName } from "../../ui/format.js";
import "../../ui/icon.js";
import { editorStyles } from "./editor-styles.js";

const GAP = 4;

@customElement("wall-editor")
export class WallEditor extends GElement {
  static override styles = [GElement.styles, unsafeCSS(sheet), editorStyles];

  @property({ attribute: false }) tiles: WallTile[] = [];
  @property({ type: Number }) columns = 12;
  @query(".grid-stack") private ground!: HTMLElement;
  #grid: GridStack | null = null;
  #sized = new ResizeObserver(() => this.#fit());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sized.disconnect();
    this.#grid?.destroy(false);
    this.#grid = null;
  }

  override render(): unknown {
    return html`<div class="grid-stack" role="application" aria-label=${msg("Layout of the wall")}></div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.#grid) this.#begin();
    else if (changed.has("columns")) this.#grid?.column(this.columns, "moveScale");
    if (changed.has("tiles")) this.#show();
    if (changed.has("columns")) this.#fit();
  }

  #begin(): void {
    this.#grid = GridStack.init(
      {
        column: this.columns,
        margin: GAP,
        mode: "float",
        animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        cellHeight: 40,
        maxRow: 200,
        alwaysShowResizeHandle: true,
        resizable: { handles: "e,se,s,sw,w" },
        draggable: { cancel: "button" },
      },
      this.ground,
    );
    this.#grid?.on("change removed", () => this.#told());
    this.#sized.observe(this);
  }

  /** Rows such that a tile of as many rows as columns is 16:9. */
  #fit(): void {
    const { clientWidth } = this.ground;
    if (clientWidth) this.#grid?.cellHeight(Math.max(8, (clientWidth / this.columns) * (9 / 16)));
  }

  /** Bring the grid to what it is told; what it told itself is there already. */
  #show(): void {
    const grid = this.#grid!;
    const wanted = new Map(this.tiles.map((tile) => [tile.stream_id, tile]));
    grid.batchUpdate();
    for (const item of grid.getGridItems()) {
      const { id, x, y, w, h } = item.gridstackNode ?? {};
      const tile = wanted.get(id ?? "");
      if (!tile) grid.removeWidget(item, true, false);
      else if (tile.x !== x || tile.y !== y || tile.w !== w || tile.h !== h) grid.update(item, place(tile));
      wanted.delete(id ?? "");
    }
    for (const tile of wanted.values()) this.#add(tile);
    grid.batchUpdate(false);
    for (const item of grid.getGridItems()) this.#name(item);
  }

  #add(tile: WallTile): void {
    const item = document.createElement("div");
    item.className = "grid-stack-item";
    const content = document.createElement("div");
    content.className = "grid-stack-item-content";
    content.tabIndex = 0;
    content.setAttribute("role", "group");
    content.addEventListener("keydown", (press) => this.#key(press, item));
    const name = streamName(tile.stream_id);
    render(
      html`<img src=${at(`api/stream/${tile.stream_id}/thumbnail`)} alt="" draggable="false"
          @error=${(event: Event) => (event.target as Element).remove()} />
        <span class="name truncate">${name}</span>
        <button type="button" title=${msg("Take off the wall")} aria-label=${msg(str`Take ${name} off the wall`)}
          @click=${() => this.#grid?.removeWidget(item)}><g-icon name="close"></g-icon></button>`,
      content,
    );
    item.append(content);
    this.ground.append(item);
    this.#grid?.makeWidget(item, { id: tile.stream_id, ...place(tile) });
  }

  /** Where it stands, for who does not see it. */
  #name(item: HTMLElement & { gridstackNode?: GridStackNode }): void {
    const { id = "", x = 0, y = 0, w = 1, h = 1 } = item.gridstackNode ?? {};
    const text = msg(str`${streamName(id)}: column ${x + 1}, row ${y + 1}, ${w} wide, ${h} high`);
    item.firstElementChild?.setAttribute("aria-label", text);
  }

  #key(press: KeyboardEvent, item: HTMLElement & { gridstackNode?: GridStackNode }): void {
    if (press.target !== press.currentTarget) return;
    const { x = 0, y = 0, w = 1, h = 1 } = item.gridstackNode ?? {};
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[press.key];
    if (press.key === "Delete" || press.key === "Backspace") this.#grid?.removeWidget(item);
    else if (!step) return;
    else if (press.shiftKey) {
      const wide = Math.min(this.columns - x, Math.max(1, w + step[0]!));
      this.#grid?.update(item, { w: wide, h: Math.min(24, Math.max(1, h + step[1]!)) });
    } else
      this.#grid?.update(item, {
        x: Math.max(0, Math.min(this.columns - w, x + step[0]!)),
        y: Math.max(0, y + step[1]!),
      });
    press.preventDefault();
    press.stopPropagation();
  }

  #told(): void {
    const tiles = this.#grid!.engine.nodes.map(({ id = "", x = 0, y = 0, w = 1, h = 1 }) => ({
      stream_id: id,
      x,
      y: Math.min(y, 199),
      w: Math.min(w, 24),
      h: Math.min(h, 24),
    }));
    for (const item of this.#grid!.getGridItems()) this.#name(item);
    this.tiles = tiles;
    this.dispatchEvent(new CustomEvent("laid", { detail: tiles }));
  }
}

function place({ x, y, w, h }: WallTile): Pick<WallTile, "x" | "y" | "w" | "h"> {
  return { x, y, w, h };
}

declare global {
  interface HTMLElementTagNameMap {
    "wall-editor": WallEditor;
  }
}
