// What stands where nothing is: why, and what can be done. `<g-empty icon heading text>` with actions inside.

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { GElement } from "./element.js";
import "./icon.js";
import type { IconName } from "./icons.js";

@customElement("g-empty")
export class GEmpty extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        padding: clamp(2.5rem, 14vh, 8rem) 1rem;
        text-align: center;
      }
      .disc {
        display: grid;
        place-items: center;
        width: 4rem;
        height: 4rem;
        margin-bottom: 0.5rem;
        border: 1px solid var(--g-line);
        border-radius: 50%;
        background: var(--g-surface);
        color: var(--g-muted);
        font-size: 1.375rem;
      }
      h1 {
        font-size: 1.0625rem;
        line-height: 1.4;
      }
      p {
        max-width: 34rem;
        color: var(--g-muted);
      }
      .actions {
        justify-content: center;
        margin-top: 0.75rem;
      }
    `,
  ];

  @property() icon: IconName = "info";
  @property() heading = "";
  @property() text = "";

  /** Whether nothing else on the page says what it is. */
  #first(): boolean {
    for (let root = this.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
      if (root.querySelector("h1")) return false;
    }
    return true;
  }

  override render(): unknown {
    return html`<span class="disc"><g-icon .name=${this.icon}></g-icon></span>
      ${this.#first() ? html`<h1>${this.heading}</h1>` : html`<h2>${this.heading}</h2>`}
      <p ?hidden=${!this.text}>${this.text}</p>
      <div class="actions"><slot></slot></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-empty": GEmpty;
  }
}
