// The picture with its polygons, on which they are drawn and bent. It knows gestures and keys; the editor knows history.

import { msg, str } from "@lit/localize";
import { html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { GElement } from "../ui/element.js";
import "../ui/icon.js";
import { styled } from "../ui/styled.js";
import {
  centre,
  inserted,
  inside,
  type Kind,
  LIMITS,
  middle,
  moved,
  type Point,
  point,
  type Region,
  rectangle,
  removed,
  samePoint,
  shifted,
} from "./geometry.js";
import { stageStyles } from "./stage-styles.js";

const CLOSE = 14;
const STEP = { plain: 0.01, fine: 0.002, far: 0.05 };
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A polygon is this now. `done`: the gesture is over, and counts as one change. */
export class Bent extends CustomEvent<{ key: string; polygon: Point[]; done: boolean }> {}

interface Drag {
  from: Point;
  polygon: Point[] | null;
  corner: number;
  far: boolean;
}

@customElement("g-region-stage")
export class GRegionStage extends GElement {
  static override styles = [GElement.styles, stageStyles];

  @property({ attribute: false }) regions: Region[] = [];
  @property() chosen = "";
  /** Address of the picture; "" for none. */
  @property() picture = "";
  /** What is drawn now, if anything. */
  @property() drawing: Kind | "" = "";
  @property({ type: Boolean }) locked = false;
  @state() private ratio = 16 / 9;
  @state() private blind = false;
  @state() private path: Point[] = [];
  @state() private pointer: Point | null = null;
  #drag: Drag | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("drawing") && !this.drawing) this.path = [];
    if (changed.has("picture")) this.blind = !this.picture;
  }

  override render(): unknown {
    const chosen = this.regions.find((region) => region.key === this.chosen);
    return html`<div class="stage ${this.drawing ? "drawing" : ""}" ${styled({ "--ratio": String(this.ratio) })}
      @pointerdown=${this.#down} @pointermove=${this.#moves} @pointerup=${this.#up} @pointercancel=${this.#up}
      @dblclick=${this.#finish} @keydown=${this.#key}>
      ${
        this.picture
          ? html`<img src=${this.picture} alt=${msg("The picture that regions are drawn on")} draggable="false"
              ?hidden=${this.blind} @load=${this.#loaded} @error=${() => {
                this.blind = true;
              }} />`
          : nothing
      }
      ${this.blind ? html`<p class="blind">${msg("There is no picture yet. Regions can be drawn all the same.")}</p>` : nothing}
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        ${this.regions.map(
          (region) => svg`<polygon data-kind=${region.kind} class=${region.key === this.chosen ? "chosen" : ""}
          points=${points(region.polygon)}></polygon>`,
        )}
        ${this.path.length ? svg`<polyline data-kind=${this.drawing} points=${points(this.pointer ? [...this.path, this.pointer] : this.path)}></polyline>` : nothing}
      </svg>
      ${this.regions.map((region) => html`<span class="name" data-kind=${region.kind} ${place(centre(region.polygon))}>${region.name}</span>`)}
      ${this.path.map((corner, n) => html`<span class="dot ${n ? "" : "first"}" data-kind=${this.drawing} ${place(corner)}></span>`)}
      ${chosen && !this.drawing && !this.locked ? this.#handles(chosen) : nothing}
    </div>`;
  }

  #handles(region: Region): unknown {
    const { polygon, kind, name } = region;
    return html`${polygon.map(
      (corner, n) => html`<button class="handle" type="button" data-corner=${n} data-kind=${kind} ${place(corner)}
        aria-label=${msg(str`Corner ${n + 1} of ${polygon.length} of ${name}`)}
        aria-describedby="keys"></button>`,
    )}
    ${
      polygon.length < LIMITS.most
        ? polygon.map(
            (_, n) => html`<button class="handle more" type="button" tabindex="-1" data-side=${n} data-kind=${kind}
              aria-label=${msg(str`Add a corner after ${n + 1}`)} ${place(middle(polygon, n))}></button>`,
          )
        : nothing
    }
    <span class="unseen" id="keys">${msg("Arrows move it, with Shift far, with Alt finely. Plus adds a corner after it, Delete takes it away.")}</span>`;
  }

  #loaded(event: Event): void {
    const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
    this.blind = false;
    if (naturalWidth && naturalHeight) this.ratio = naturalWidth / naturalHeight;
  }

  #point(event: PointerEvent | MouseEvent): Point {
    const box = this.renderRoot.querySelector(".stage")!.getBoundingClientRect();
    return point((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  #near(a: Point, b: Point): boolean {
    const box = this.renderRoot.querySelector(".stage")!.getBoundingClientRect();
    return Math.hypot((a[0] - b[0]) * box.width, (a[1] - b[1]) * box.height) < CLOSE;
  }

  get #chosen(): Region | undefined {
    return this.regions.find((region) => region.key === this.chosen);
  }

  #down(event: PointerEvent): void {
    if (event.button || this.locked) return;
    const target = event.target as HTMLElement;
    const from = this.#point(event);
    const { corner, side } = target.dataset;
    const region = this.#chosen;
    if (!this.drawing && region && (corner ?? side) !== undefined) {
      const at = corner === undefined ? Number(side) + 1 : Number(corner);
      const polygon = corner === undefined ? inserted(region.polygon, Number(side)) : region.polygon;
      this.#drag = { from, polygon, corner: at, far: corner === undefined };
      if (corner === undefined) this.#tell(region.key, polygon, false);
    } else if (this.drawing) {
      this.#drag = { from, polygon: null, corner: -1, far: false };
    } else {
      const hit =
        region && inside(region.polygon, from) ? region : this.regions.findLast((one) => inside(one.polygon, from));
      this.dispatchEvent(new CustomEvent("choose", { detail: hit?.key ?? "" }));
      if (!hit) return;
      this.#drag = { from, polygon: hit.polygon, corner: -1, far: false };
    }
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    if (corner === undefined) event.preventDefault();
  }

  #moves(event: PointerEvent): void {
    const now = this.#point(event);
    const drag = this.#drag;
    if (this.drawing) this.pointer = now;
    if (!drag) return;
    if (!drag.far && this.#near(drag.from, now) && drag.corner < 0) return;
    drag.far = true;
    if (this.drawing) {
      if (!this.path.length || this.#box) {
        this.#box = true;
        this.path = rectangle(drag.from, now);
        this.pointer = this.path[0]!;
      }
      return;
    }
    const region = this.#chosen;
    if (!region || !drag.polygon) return;
    const [dx, dy] = [now[0] - drag.from[0], now[1] - drag.from[1]];
    this.#tell(
      region.key,
      drag.corner < 0 ? shifted(drag.polygon, dx, dy) : moved(drag.polygon, drag.corner, now),
      false,
    );
  }
  /** A rectangle is being pulled open. */
  #box = false;

  #up(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    if (this.drawing) this.#drew(drag);
    else if (drag.far || drag.corner >= 0) {
      const region = this.#chosen;
      if (region) this.#tell(region.key, region.polygon, true);
      if (drag.corner >= 0) void this.#focus(drag.corner);
    }
    (event.currentTarget as HTMLElement).releasePointerCapture?.(event.pointerId);
  }

  #drew({ from, far }: Drag): void {
    if (this.#box) {
      this.#box = false;
      const [a, , c] = this.path;
      if (a && c && a[0] !== c[0] && a[1] !== c[1]) this.#close();
      else this.path = [];
    } else if (!far || this.path.length) {
      const first = this.path[0];
      if (first && this.path.length >= LIMITS.least && this.#near(first, from)) this.#close();
      else if (!this.path.some((corner) => samePoint(corner, from)) && this.path.length < LIMITS.most) {
        this.path = [...this.path, from];
      }
    }
  }

  #finish(): void {
    if (this.drawing && this.path.length >= LIMITS.least) this.#close();
  }

  #close(): void {
    const polygon = this.path;
    this.path = [];
    this.dispatchEvent(new CustomEvent("drawn", { detail: polygon }));
  }

  /** What Escape, Enter and Backspace mean while something is drawn. Whether it was one of them. */
  drawKey(key: string): boolean {
    if (!this.drawing) return false;
    if (key === "Enter") this.#finish();
    else if (key === "Backspace" && this.path.length) this.path = this.path.slice(0, -1);
    else if (key === "Escape" && this.path.length) this.path = [];
    else return false;
    return true;
  }

  #key(event: KeyboardEvent): void {
    const region = this.#chosen;
    const corner = (event.target as HTMLElement).dataset.corner;
    if (!region || corner === undefined || event.ctrlKey || event.metaKey) return;
    const at = Number(corner);
    const arrow = ARROWS[event.key];
    let polygon = region.polygon;
    let next = at;
    if (arrow) {
      const step = event.altKey ? STEP.fine : event.shiftKey ? STEP.far : STEP.plain;
      const [x, y] = polygon[at]!;
      polygon = moved(polygon, at, point(x + arrow[0] * step, y + arrow[1] * step));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      polygon = removed(polygon, at);
      next = Math.min(at, polygon.length - 1);
    } else if (event.key === "+" || event.key === "Insert") {
      polygon = inserted(polygon, at);
      next = at + 1;
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (polygon === region.polygon) return;
    this.#tell(region.key, polygon, true);
    void this.#focus(next);
  }

  #tell(key: string, polygon: Point[], done: boolean): void {
    this.dispatchEvent(new Bent("bent", { detail: { key, polygon, done } }));
  }

  async #focus(corner: number): Promise<void> {
    await new Promise(requestAnimationFrame);
    this.renderRoot.querySelector<HTMLElement>(`[data-corner="${corner}"]`)?.focus();
  }

  /** Take the keyboard to the first corner of what is chosen. */
  override focus(): void {
    void this.#focus(0);
  }
}

function points(polygon: Point[]): string {
  return polygon.map((corner) => corner.join(",")).join(" ");
}

function place([x, y]: Point) {
  return styled({ left: `${x * 100}%`, top: `${y * 100}%` });
}

declare global {
  interface HTMLElementTagNameMap {
    "g-region-stage": GRegionStage;
  }
}
