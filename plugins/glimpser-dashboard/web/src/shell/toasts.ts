// Short notes at the edge of the page, said aloud.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { type Toast, toasts } from "../state/toasts.js";
import { Watch } from "../state/watch.js";
import { GElement } from "../ui/element.js";

@customElement("g-toasts")
export class GToasts extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: fixed;
        z-index: 30;
        right: 1rem;
        bottom: calc(1rem + var(--g-bar));
        left: 1rem;
        display: grid;
        justify-items: end;
        gap: 0.5rem;
        pointer-events: none;
      }
      .toast {
        display: flex;
        align-items: center;
        gap: 1rem;
        max-width: 28rem;
        padding: 0.625rem 1rem;
        border: 1px solid var(--g-line);
        border-left: 3px solid var(--g-accent);
        border-radius: var(--g-radius-small);
        background: var(--g-raised);
        box-shadow: var(--g-deep);
        animation: rise 0.2s ease-out;
        pointer-events: auto;
      }
      .toast.bad {
        border-left-color: var(--g-alert);
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(0.5rem);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, toasts);
  }

  override render(): unknown {
    return html`<div role="status" aria-live="polite" class="stack">
      ${repeat(
        toasts.list,
        (toast) => toast.number,
        (toast) => this.#toast(toast),
      )}
    </div>`;
  }

  #toast({ number, text, kind, action }: Toast): unknown {
    return html`<div class="toast ${kind}"><span>${text}</span>${
      action
        ? html`<button class="button small" type="button" @click=${() => {
            toasts.remove(number);
            action.run();
          }}>${action.words}</button>`
        : nothing
    }</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-toasts": GToasts;
  }
}
