// The picture nearest to the moment under the pointer, above the timeline.

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { at as path } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { when } from "../../ui/format.js";
import { type Picture, pictureBefore } from "./kept.js";
import type { Known } from "./moments.js";
import type { Span } from "./scale.js";

const PATIENCE = 140;
/** Pictures further away than this share of the span say nothing about the moment. */
const NEAR = 0.05;

@customElement("g-moment-preview")
export class GPreview extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: absolute;
        z-index: 5;
        bottom: calc(100% + 0.5rem);
        left: clamp(0px, calc(var(--x) * 100% - 6.5rem), calc(100% - 13rem));
        width: 13rem;
        overflow: hidden;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-small);
        background: var(--g-raised);
        box-shadow: var(--g-deep);
        pointer-events: none;
      }
      img {
        display: block;
        width: 100%;
        aspect-ratio: 16 / 9;
        object-fit: contain;
        background: var(--g-stage);
      }
      p {
        padding: 0.25rem 0.5rem;
        font-size: 0.75rem;
        text-align: center;
      }
    `,
  ];

  @property() stream = "";
  @property({ attribute: false }) at = 0;
  @property({ attribute: false }) span!: Span;
  @property({ attribute: false }) known: Known | null = null;
  @state() private picture: Picture | null = null;
  #timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const share = (this.at - this.span.from) / (this.span.to - this.span.from);
    this.style.setProperty("--x", String(share));
    if (changed.has("at")) this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const { at, known } = this;
    const near = (this.span.to - this.span.from) * NEAR;
    if (known?.entries) {
      const pictures = known.entries.filter(({ kind }) => kind === "snapshot");
      const best = pictures.reduce<(typeof pictures)[number] | null>(
        (found, one) => (found && Math.abs(found.at - at) <= Math.abs(one.at - at) ? found : one),
        null,
      );
      this.picture = best && Math.abs(best.at - at) <= near ? { id: best.id, at: best.at } : null;
      return;
    }
    if (this.picture && Math.abs(this.picture.at - at) > near) this.picture = null;
    this.#timer = window.setTimeout(async () => {
      const found = await pictureBefore(this.stream, at + near / 2).catch(() => null);
      if (this.at === at) this.picture = found && Math.abs(found.at - at) <= near ? found : null;
    }, PATIENCE);
  }

  override render(): unknown {
    const { picture } = this;
    return html`${picture ? html`<img src=${path(`api/snapshots/${picture.id}/image`)} alt="" />` : nothing}
      <p>${when(this.at)}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-moment-preview": GPreview;
  }
}
