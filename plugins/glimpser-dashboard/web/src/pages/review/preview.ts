// The picture of an activity, whose clip plays while somebody points at it or has it in focus.

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";

const HESITATE = 250;
const still = matchMedia("(prefers-reduced-motion: reduce)");

@customElement("g-preview")
export class GPreview extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: absolute;
        inset: 0;
      }
      img,
      video,
      .none {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      video {
        opacity: 0;
        transition: opacity 0.2s;
      }
      video.on {
        opacity: 1;
      }
      .none {
        display: grid;
        place-items: center;
        background: var(--g-stage);
        color: #5f6a78;
        font-size: 1.5rem;
      }
    `,
  ];

  @property() picture: string | null = null;
  @property() clip: string | null = null;
  /** Whether somebody looks at it. */
  @property({ type: Boolean }) looked = false;
  @state() private moving = false;
  @state() private playing = false;
  @state() private broken = "";
  #timer = 0;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("looked") && !changed.has("clip")) return;
    clearTimeout(this.#timer);
    this.moving = false;
    this.playing = false;
    if (this.looked && this.clip && !still.matches) {
      this.#timer = window.setTimeout(() => {
        this.moving = true;
      }, HESITATE);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.moving = false;
  }

  override render(): unknown {
    const { picture, clip } = this;
    return html`${
      picture && picture !== this.broken
        ? html`<img src=${at(`api/snapshots/${picture}/image`)} alt="" loading="lazy" decoding="async"
          @error=${() => {
            this.broken = picture;
          }} />`
        : html`<span class="none"><g-icon name="image"></g-icon></span>`
    }${
      this.moving
        ? html`<video class=${this.playing ? "on" : ""} src=${at(`api/clips/${clip}/file`)} .muted=${true} loop playsinline
          autoplay aria-hidden="true" tabindex="-1" @playing=${() => {
            this.playing = true;
          }} @error=${() => {
            this.moving = false;
          }}></video>`
        : nothing
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-preview": GPreview;
  }
}
