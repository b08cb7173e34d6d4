// A shared stream, large, or a shared wall of several, over the link's own socket.

import { ContextProvider } from "@lit/context";
import { msg } from "@lit/localize";
import { css, html, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { components } from "../../api/schema.js";
import { PageSocket } from "../../state/socket.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { type Shown, socketContext } from "../../ui/screen.js";

type Shared = components["schemas"]["SharedOut"];

@customElement("g-shared-live")
export class SharedLive extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .wall {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
        gap: 0.75rem;
      }
      .wall[data-count="1"] {
        width: min(100%, (100dvh - 8rem) * 16 / 9);
        margin: 0 auto;
      }
      .wall:fullscreen {
        align-content: center;
        background: #000;
      }
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

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("shared") as Shared | undefined;
    if (!this.#socket || (before && before.id !== this.shared.id)) this.#connect();
  }

  #connect(): void {
    this.#close();
    this.#socket = new PageSocket(`api/shared/${this.shared.id}/ws`);
    this.#stop = this.#socket.onLost(() => this.dispatchEvent(new Event("lost")));
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

  override render(): unknown {
    const { shared } = this;
    const full = msg("Full screen");
    return html`<div class="bar">
        <h1>${shared.name}</h1>
        <span class="gap"></span>
        <button class="button square" type="button" title=${full} aria-label=${full} @click=${this.#full}>
          <g-icon name="full"></g-icon>
        </button>
      </div>
      <ul class="wall" data-count=${shared.streams.length}>
        ${repeat(
          shared.streams,
          (stream) => `${shared.id} ${stream.id}`,
          (stream) => html`<li>
            <g-screen .stream=${stream as Shown} .fps=${shared.kind === "stream" ? 12 : 5}></g-screen>
            ${shared.kind === "stream" ? "" : html`<span class="name truncate">${stream.name}</span>`}
          </li>`,
        )}
      </ul>`;
  }

  #full(): void {
    void this.shadowRoot?.querySelector(".wall")?.requestFullscreen?.();
  }
}
