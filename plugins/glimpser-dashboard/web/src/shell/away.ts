// In place of every page while nobody can say who is here: why, and the wall as it was last seen where that is kept.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { said } from "../locale/said.js";
import { connection } from "../state/connection.js";
import type { KeptWall } from "../state/device.js";
import { lastKnown } from "../state/kept-wall.js";
import { session } from "../state/session.js";
import { Watch } from "../state/watch.js";
import { GElement } from "../ui/element.js";
import "../ui/empty.js";
import { statusName, when } from "../ui/format.js";

@customElement("g-away")
export class GAway extends GElement {
  static override styles = [
    GElement.styles,
    css`
      g-empty {
        padding-block: clamp(1.5rem, 7vh, 4rem);
      }
      section {
        max-width: 90rem;
        margin: 0 auto;
      }
      h2 {
        font-size: 1rem;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 10rem), 1fr));
        gap: 0.75rem;
        margin: 0.75rem 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-direction: column;
        justify-content: flex-end;
        min-width: 0;
        aspect-ratio: 16 / 9;
        padding: 0.625rem 0.75rem;
        border: 1px dashed var(--g-line);
        border-radius: var(--g-radius);
        background: var(--g-surface);
        color: var(--g-muted);
        filter: grayscale(1);
      }
      strong {
        color: var(--g-muted);
        font-weight: 600;
      }
      li p {
        font-size: var(--g-size-small);
      }
      @media (max-width: 48rem) {
        li {
          aspect-ratio: 16 / 10;
        }
      }
    `,
  ];

  @state() private wall: KeptWall | null = null;

  constructor() {
    super();
    new Watch(this, connection);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void lastKnown().then(
      (wall) => {
        this.wall = wall;
      },
      () => {},
    );
  }

  override render(): unknown {
    const { reach } = connection;
    const heading =
      reach === "offline"
        ? msg("No network")
        : reach === "restarting"
          ? msg("The hub is restarting…")
          : msg("The hub does not answer");
    return html`<g-empty icon="offline" .heading=${heading}
        .text=${msg("The hub is asked again and again: this page goes on by itself as soon as it answers.")}>
        <button class="button" type="button" @click=${() => void session.enter()}>${msg("Try again")}</button></g-empty>
      ${this.wall?.streams.length ? this.#wall(this.wall) : nothing}`;
  }

  #wall({ at, streams }: KeptWall): unknown {
    return html`<section>
      <h2>${msg(str`As it was last seen: ${when(at)}`)}</h2>
      <ul>${streams.map(
        ({ name, status, reason }) => html`<li>
          <strong class="truncate" title=${name}>${name}</strong>
          <p class="truncate">${statusName(status)}${reason ? ` · ${said(reason)}` : ""}</p>
        </li>`,
      )}</ul>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-away": GAway;
  }
}
