// The large picture: live, or what was kept of a moment.

import { msg } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import type { Stream } from "../../api/types.js";
import { at as path } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/screen.js";
import { keptAt, type Moment } from "./kept.js";
import { MomentChosen } from "./timeline.js";

const FPS = 12;

@customElement("g-stage")
export class GStage extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .stage {
        position: relative;
        overflow: hidden;
        border-radius: var(--g-radius);
        background: var(--g-stage);
        color: #e9edf2;
      }
      .frame {
        max-height: min(68vh, 60rem);
        aspect-ratio: 16 / 9;
        width: 100%;
      }
      g-screen {
        max-width: calc(min(68vh, 60rem) * 16 / 9);
        margin-inline: auto;
        border-radius: 0;
      }
      img,
      video {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .nothing {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 0.5rem;
        height: 100%;
        padding: 1rem;
        color: #a4aebb;
        text-align: center;
      }
      .past {
        position: absolute;
        top: 0.75rem;
        right: 0.75rem;
        left: 0.75rem;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        pointer-events: none;
      }
      .past > * {
        pointer-events: auto;
      }
      .when {
        padding: 0.25rem 0.75rem;
        border-radius: 99px;
        background: #000000b3;
        font-size: var(--g-size-small);
        font-weight: 600;
      }
      :host(:fullscreen) .stage,
      :host(:fullscreen) .frame,
      :host(:fullscreen) g-screen {
        width: 100%;
        max-width: none;
        height: 100%;
        max-height: none;
        border-radius: 0;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @property({ attribute: false }) open: string[] = [];
  /** The moment that is shown; null = now. */
  @property({ attribute: false }) at: number | null = null;
  #kept = new Task(this, {
    task: ([id, at]) => (at === null ? null : keptAt(id, at)),
    args: (): [string, number | null] => [this.stream.id, this.at],
  });

  override render(): unknown {
    if (this.at === null) {
      return html`<div class="stage"><g-screen .stream=${this.stream} .open=${this.open} .fps=${FPS}></g-screen></div>`;
    }
    const kept = this.#kept.value?.at === this.at ? this.#kept.value : null;
    const shown = kept?.clip ? this.at : (kept?.picture?.at ?? this.at);
    return html`<div class="stage">
      <div class="frame">${this.#kept.error ? this.#nothing(words(this.#kept.error)) : kept ? this.#past(kept) : nothing}</div>
      <div class="past">
        <span class="when">${when(shown)}</span>
        <button class="button primary small" type="button" @click=${this.#live}>
          <g-icon name="play"></g-icon>${msg("Back to live")}
        </button>
      </div>
    </div>`;
  }

  #past({ at, clip, picture }: Moment): unknown {
    if (clip) {
      return html`<video src=${path(clip.file.slice(1))} controls autoplay muted playsinline
        aria-label=${msg("Clip of this moment")} @loadedmetadata=${(event: Event) => {
          (event.target as HTMLVideoElement).currentTime = Math.max(0, (at - Date.parse(clip.started_at)) / 1000);
        }}></video>`;
    }
    if (picture) return html`<img src=${path(`api/snapshots/${picture.id}/image`)} alt=${msg("Kept picture")} />`;
    return this.#nothing(msg("No picture was kept of this time."));
  }

  #nothing(text: string): unknown {
    return html`<div class="nothing"><g-icon name="image"></g-icon><p>${text}</p></div>`;
  }

  #live(): void {
    this.dispatchEvent(new MomentChosen(null));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stage": GStage;
  }
}
