// A modal dialog: closed by Escape, by its button, by a press beside it. Put it into the page while it is wanted, and
// take it out on `closed`.

import { msg } from "@lit/localize";
import { css, html, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { GElement } from "./element.js";
import "./icon.js";

@customElement("g-dialog")
export class GDialog extends GElement {
  static override styles = [
    GElement.styles,
    css`
      dialog {
        width: min(32rem, calc(100vw - 1.5rem));
        max-height: calc(100dvh - 1.5rem);
        padding: 1.25rem 1.5rem 1.5rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-large);
        background: var(--g-surface);
        color: var(--g-text);
        box-shadow: var(--g-deep);
        overflow: auto;
      }
      :host([size="large"]) dialog {
        width: min(60rem, calc(100vw - 1.5rem));
      }
      dialog[open] {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      dialog::backdrop {
        background: var(--g-veil);
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        margin-right: -0.5rem;
      }
      h2 {
        flex: 1;
        font-size: 1.1875rem;
      }
      @media (max-width: 30rem) {
        dialog {
          padding: 1rem;
        }
      }
    `,
  ];

  @property() heading = "";
  @property({ reflect: true }) size: "" | "large" = "";
  @query("dialog") private dialog!: HTMLDialogElement;

  close(): void {
    this.dialog.close();
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    this.dialog.showModal();
  }

  override render(): unknown {
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @pointerdown=${this.#pressed}>
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button class="button ghost square" type="button" title=${msg("Close")} aria-label=${msg("Close")}
          @click=${this.close}>
          <g-icon name="close"></g-icon>
        </button>
      </header>
      <slot></slot>
    </dialog>`;
  }

  #closed(): void {
    this.dispatchEvent(new Event("closed"));
  }

  #pressed(press: PointerEvent): void {
    if (press.target === this.dialog) this.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-dialog": GDialog;
  }
}
