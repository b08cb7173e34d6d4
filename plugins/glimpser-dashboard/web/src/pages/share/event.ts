// A shared event with its clip, or the picture of its best frame.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { GElement } from "../../ui/element.js";
import { lasted, when } from "../../ui/format.js";

@customElement("g-shared-event")
export class SharedEvent extends GElement {
  static override styles = [
    GElement.styles,
    css`
      section {
        display: grid;
        gap: 0.75rem;
        width: min(100%, (100dvh - 12rem) * 16 / 9);
        min-width: min(100%, 20rem);
        margin: 0 auto;
      }
      img,
      video {
        display: block;
        width: 100%;
        border-radius: var(--g-radius);
        background: var(--g-stage);
      }
    `,
  ];

  @property({ attribute: false }) shared!: components["schemas"]["SharedOut"];
  @state() private broken = false;

  override render(): unknown {
    const { shared } = this;
    const { event } = shared;
    if (!event) return "";
    return html`<section>
      <h1>${shared.name}</h1>
      ${this.#media()}
      <p class="wrong" role="alert" ?hidden=${!this.broken}>${msg("This browser cannot play the clip.")}</p>
      <h2>${said(event.text || event.title)}</h2>
      <p class="muted">${event.stream} · ${when(event.started_at)} · ${lasted(event)}</p>
    </section>`;
  }

  #media(): unknown {
    const { id, event } = this.shared;
    const picture = event?.snapshot_id ? at(`api/shared/${id}/snapshots/${event.snapshot_id}/image`) : "";
    if (event?.clip_id) {
      return html`<video src=${at(`api/shared/${id}/clips/${event.clip_id}/file`)} poster=${picture} controls playsinline
        @error=${() => {
          this.broken = true;
        }}></video>`;
    }
    return picture
      ? html`<img src=${picture} alt=${msg("The best frame")} />`
      : html`<p class="card muted">${msg("No picture was kept.")}</p>`;
  }
}
