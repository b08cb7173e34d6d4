// The wall: every stream, live.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import "./tile.js";

@customElement("page-wall")
export class PageWall extends Page {
  static override styles = [
    Page.styles,
    css`
      .wall {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
        gap: 0.75rem;
      }
      .wall[data-count="1"] {
        max-width: 72rem;
        grid-template-columns: minmax(0, 1fr);
      }
      .wall[data-count="2"],
      .wall[data-count="4"] {
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
      }
      .wall[data-count="4"] {
        max-width: 108rem;
      }
      .wall:fullscreen {
        align-content: center;
        padding: 0.5rem;
        background: #000;
        overflow: auto;
      }
      @media (max-width: 48rem) {
        .full {
          display: none;
        }
      }
      @media (min-width: 120rem) {
        .wall {
          grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr));
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, store.streams, store.open, session);
  }

  get heading(): string {
    return msg("Wall");
  }

  override render(): unknown {
    const streams = store.streams.list;
    if (!store.streams.loaded) return nothing;
    const live = streams.filter((stream) => stream.status === "active").length;
    return html`
      <div class="bar">
        <h1>${msg("Wall")}</h1>
        <p class="muted">${streams.length ? msg(str`${live} of ${streams.length} live`) : nothing}</p>
        <span class="gap"></span>
        ${
          streams.length
            ? html`<button class="button square full" type="button" title=${msg("Full screen")} aria-label=${msg("Full screen")}
              @click=${this.#full}><g-icon name="full"></g-icon></button>`
            : nothing
        }
      </div>
      ${
        streams.length
          ? html`<ul class="wall" data-count=${Math.min(streams.length, 5)}>
            ${repeat(
              streams,
              (stream) => stream.id,
              (stream) => html`<li><g-tile .stream=${stream} .open=${store.open.of(stream.id)}></g-tile></li>`,
            )}
          </ul>`
          : html`<g-empty icon="wall" .heading=${msg("No streams yet")}
            .text=${
              session.can("streams.configure")
                ? msg("Add a camera, a video server or a file, and it appears here live.")
                : msg("Nobody has added a stream that you may see.")
            }></g-empty>`
      }
    `;
  }

  #full(): void {
    void this.shadowRoot?.querySelector(".wall")?.requestFullscreen?.();
  }
}
