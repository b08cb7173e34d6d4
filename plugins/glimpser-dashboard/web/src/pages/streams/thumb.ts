// A stream small: its picture every two seconds while it is on screen.

import { css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Stream } from "../../api/types.js";
import { type Player, play } from "../../state/live.js";
import { socket } from "../../state/socket.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";

const FPS = 0.5;

@customElement("g-thumb")
export class GThumb extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: relative;
        display: grid;
        flex: none;
        place-items: center;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: 6px;
        background: var(--g-stage);
        color: #a4aebb;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
        opacity: 0;
        transition: opacity 0.2s;
      }
      .drawn canvas,
      canvas.drawn {
        opacity: 1;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @state() private drawn = false;
  #player: Player | null = null;
  #of = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const of = this.stream.status === "active" ? this.stream.id : "";
    if (of === this.#of) return;
    this.#stop();
    this.#of = of;
    if (!of) return;
    this.#player = play({
      socket,
      stream: of,
      fps: FPS,
      drawn: () => {
        this.drawn = true;
      },
      ended: () => {
        this.drawn = false;
      },
    });
    this.#player.element.setAttribute("aria-hidden", "true");
  }

  #stop(): void {
    this.#player?.close();
    this.#player = null;
    this.#of = "";
    this.drawn = false;
  }

  override render(): unknown {
    this.#player?.element.classList.toggle("drawn", this.drawn);
    return html`<g-icon name=${this.stream.status === "active" ? "image" : "offline"}></g-icon>${this.#player?.element}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-thumb": GThumb;
  }
}
