// The one card of pages that are shown before somebody is signed in.

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { at } from "../root.js";
import { GElement } from "./element.js";

@customElement("g-door")
export class GDoor extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .door {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        width: min(25rem, 100%);
        margin: clamp(0.5rem, 9vh, 7rem) auto 0;
        padding: clamp(1.25rem, 5vw, 2.25rem);
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-large);
        background: var(--g-surface);
        box-shadow: var(--g-shadow);
      }
      img {
        display: block;
        margin-bottom: 0.25rem;
      }
    `,
  ];

  @property() heading = "";

  override render(): unknown {
    return html`<section class="door">
      <img src=${at("favicon.svg")} alt="" width="48" height="48" />
      <h1>${this.heading}</h1>
      <slot></slot>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-door": GDoor;
  }
}
