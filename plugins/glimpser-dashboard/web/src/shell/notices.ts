// What everybody must know, above everything: a connection that can be read, or pages that are older than the hub.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { connection } from "../state/connection.js";
import { Watch } from "../state/watch.js";
import { GElement } from "../ui/element.js";

const LOOPBACK = /^(localhost|127\.|\[::1\])/;

@customElement("g-notices")
export class GNotices extends GElement {
  static override styles = [
    GElement.styles,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.25rem 0.75rem;
        padding: 0.375rem 1rem;
        background: #fff3d6;
        color: #5c3a00;
        font-size: var(--g-size-small);
        text-align: center;
      }
      button {
        min-height: 1.75rem;
        padding: 0 0.625rem;
        border: 1px solid currentcolor;
        border-radius: var(--g-radius-small);
        background: none;
        color: inherit;
        font: inherit;
        font-weight: 600;
        cursor: pointer;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, connection);
  }

  override render(): unknown {
    const open = location.protocol !== "https:" && !LOOPBACK.test(location.host);
    return html`${
      open
        ? html`<p>${msg("This connection is not encrypted: passwords and pictures can be read on the way.")}</p>`
        : nothing
    }
    ${
      connection.outdated
        ? html`<p role="alert">${msg("Glimpser was updated. These pages are of the version before.")}
          <button type="button" @click=${() => location.reload()}>${msg("Load the new ones")}</button></p>`
        : nothing
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-notices": GNotices;
  }
}
