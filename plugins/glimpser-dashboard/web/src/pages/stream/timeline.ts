// The timeline of a stream: drawn on one canvas, zoomed by wheel, pinch and keys, moved by dragging.

import { msg } from "@lit/localize";
import { css, html, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import { socket } from "../../state/socket.js";
import { GElement } from "../../ui/element.js";
import { when } from "../../ui/format.js";
import "../../ui/icon.js";
import { Gestures } from "./gestures.js";
import { Moments } from "./moments.js";
import { HEIGHT, paint } from "./paint.js";
import "./preview.js";
import { around, DAY, follows, HOUR, moment, moved, type Span, untilNow, zoomed } from "./scale.js";

/** Told when a moment is chosen; `at` null: now. */
export class MomentChosen extends Event {
  constructor(readonly at: number | null) {
    super("moment", { bubbles: true, composed: true });
  }
}

const RANGES = [HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];

@customElement("g-timeline")
export class GTimeline extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        --notice: #7aa2f7;
        position: relative;
      }
      canvas {
        display: block;
        width: 100%;
        border-radius: var(--g-radius-small);
        cursor: crosshair;
        touch-action: pan-y;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.5rem;
        margin-bottom: 0.5rem;
      }
      h2 {
        margin-right: auto;
      }
      .ranges {
        display: flex;
        flex-wrap: wrap;
      }
      .stage {
        position: relative;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin-top: 0.25rem;
        font-size: 0.75rem;
        color: var(--g-muted);
      }
      .legend span::before {
        content: "";
        display: inline-block;
        width: 0.625rem;
        height: 0.625rem;
        margin-right: 0.375rem;
        border-radius: 2px;
        background: var(--g-accent);
      }
      .legend .warning::before {
        background: var(--g-warn);
      }
      .legend .critical::before {
        background: var(--g-alert);
      }
      .legend .picture::before {
        width: 0.375rem;
        height: 0.375rem;
        border-radius: 50%;
        background: var(--g-muted);
      }
      .legend .clip::before {
        height: 0.1875rem;
        vertical-align: 0.1875rem;
      }
    `,
  ];

  /** Id of the stream. */
  @property() stream = "";
  /** The moment that is shown; null = now. */
  @property({ attribute: false }) at: number | null = null;
  @state() private span: Span = untilNow(6 * HOUR);
  @state() private over: number | null = null;
  @state() private now = Date.now();
  @query("canvas") private canvas!: HTMLCanvasElement;
  #moments: Moments | null = null;
  #timer = 0;
  #width = 0;
  #deaf = (): void => {};
  #sized = new ResizeObserver(() => {
    this.#width = this.canvas?.clientWidth ?? 0;
    this.requestUpdate();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.#tick(), 1000);
    this.#deaf = socket.onChange(({ topic, data }) => {
      if (topic === "activity" && data.stream_id === this.stream) this.#moments?.spoil();
    });
    if (this.hasUpdated) this.#sized.observe(this.canvas);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#deaf();
    this.#sized.disconnect();
    this.#moments?.close();
    this.#moments = null;
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.#sized.observe(this.canvas);
    new Gestures(this.canvas, {
      zoom: (factor, x) => this.#to(zoomed(this.span, factor, follows(this.span) ? this.now : this.#moment(x))),
      pan: (pixels) => this.#to(moved(this.span, (pixels / this.#width) * (this.span.to - this.span.from))),
      choose: (x) => this.#choose(this.#moment(x)),
      hover: (x) => {
        this.over = x === null || this.#moment(x) > Date.now() ? null : this.#moment(x);
      },
      step: (direction, far) => this.#step(direction, far),
      newest: () => this.#choose(Date.now()),
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("stream") || !this.#moments) {
      this.#moments?.close();
      this.#moments = new Moments(this.stream, () => this.requestUpdate());
    }
    const { at, span } = this;
    if (changed.has("at") && at !== null && (at < span.from || at > span.to)) this.span = around(span, at);
  }

  protected override updated(): void {
    const { span, at, over, now } = this;
    this.#moments?.show(span, this.#width);
    if (this.#width)
      paint(this.canvas, { span, width: this.#width, known: this.#moments?.known ?? null, now, at, over });
  }

  #moment(x: number): number {
    return moment(this.span, this.#width, x);
  }

  #to(span: Span): void {
    this.span = span;
    this.over = null;
  }

  #tick(): void {
    if (document.hidden) return;
    const followed = follows(this.span, this.now);
    this.now = Date.now();
    if (followed && this.at === null) this.span = untilNow(this.span.to - this.span.from, this.now);
  }

  #choose(at: number): void {
    this.dispatchEvent(new MomentChosen(at >= Date.now() - 1000 ? null : at));
  }

  #step(direction: -1 | 1, far: boolean): void {
    const by = (this.span.to - this.span.from) * (far ? 0.2 : 0.01);
    this.#choose((this.at ?? Date.now()) + direction * by);
  }

  #range(milliseconds: number): void {
    this.span = this.at === null ? untilNow(milliseconds) : around({ from: 0, to: milliseconds }, this.at);
  }

  override render(): unknown {
    const { span, over, at } = this;
    const names = [msg("1 hour"), msg("6 hours"), msg("1 day"), msg("7 days"), msg("30 days")];
    const shown = at ?? this.now;
    return html`<div class="tools">
        <h2>${msg("Timeline")}</h2>
        <div class="ranges" role="group" aria-label=${msg("Shown range")}>
          ${RANGES.map(
            (range, n) => html`<button class="button ghost small" type="button" @click=${() => this.#range(range)}
              aria-pressed=${Math.abs((span.to - span.from) / range - 1) < 0.01}>${names[n]}</button>`,
          )}
        </div>
        <button class="button ghost square" type="button" title=${msg("Zoom in")} aria-label=${msg("Zoom in")}
          @click=${() => this.#zoom(0.5)}><g-icon name="add"></g-icon></button>
        <button class="button ghost square" type="button" title=${msg("Zoom out")} aria-label=${msg("Zoom out")}
          @click=${() => this.#zoom(2)}><g-icon name="less"></g-icon></button>
      </div>
      <div class="stage">
        <canvas height=${HEIGHT} tabindex="0" role="slider" aria-label=${msg("Moment")}
          aria-valuemin=${Math.round(span.from)} aria-valuemax=${Math.round(Math.min(span.to, this.now))}
          aria-valuenow=${Math.round(shown)} aria-valuetext=${at === null ? msg("Live") : when(at)}></canvas>
        ${over === null ? "" : html`<g-moment-preview .stream=${this.stream} .at=${over} .span=${span} .known=${this.#moments?.known ?? null}></g-moment-preview>`}
      </div>
      <p class="wrong" role="alert" ?hidden=${!this.#moments?.error}>${this.#moments?.error ? words(this.#moments.error) : ""}</p>
      <p class="legend" aria-hidden="true">
        <span>${msg("Activity")}</span><span class="warning">${msg("Warning")}</span>
        <span class="critical">${msg("Critical")}</span><span class="picture">${msg("Pictures")}</span>
        <span class="clip">${msg("Clips")}</span>
      </p>`;
  }

  #zoom(factor: number): void {
    const { span } = this;
    const at = this.at ?? (follows(span) ? this.now : (span.from + span.to) / 2);
    this.#to(zoomed(span, factor, at));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-timeline": GTimeline;
  }
}
