// A button that opens a list of actions: `<g-dropdown .label=${…}>` with buttons and links inside.

import { css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { GElement } from "./element.js";
import "./icon.js";
import type { IconName } from "./icons.js";

@customElement("g-dropdown")
export class GDropdown extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: relative;
        display: inline-block;
      }
      summary {
        list-style: none;
        user-select: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      .list {
        position: absolute;
        z-index: 20;
        top: calc(100% + 0.25rem);
        right: 0;
        display: grid;
        min-width: 13rem;
        padding: 0.25rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius);
        background: var(--g-raised);
        box-shadow: var(--g-deep);
      }
      :host([align="start"]) .list {
        right: auto;
        left: 0;
      }
      ::slotted(*) {
        display: flex !important;
        align-items: center;
        gap: 0.625rem;
        min-height: 2.25rem;
        padding: 0.25rem 0.75rem !important;
        border: 0 !important;
        border-radius: var(--g-radius-small) !important;
        background: none !important;
        color: var(--g-text) !important;
        font: inherit;
        font-weight: 450 !important;
        text-align: start;
        text-decoration: none;
        justify-content: flex-start !important;
        cursor: pointer;
      }
      ::slotted(:hover) {
        background: var(--g-hover) !important;
      }
      ::slotted(.risky) {
        color: var(--g-bad) !important;
      }
    `,
  ];

  @property() label = "";
  @property() icon: IconName = "more";
  @property({ type: Boolean }) small = false;
  /** Words beside the icon. */
  @property() words = "";
  @query("details") private details!: HTMLDetailsElement;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside);
  }

  override render(): unknown {
    return html`<details @keydown=${this.#key} @click=${this.#click}>
      <summary class="button ${this.words ? "" : "square"} ${this.small ? "small" : ""}" role="button" title=${this.label} aria-label=${this.label}>
        <g-icon .name=${this.icon}></g-icon>${this.words}
      </summary>
      <div class="list"><slot></slot></div>
    </details>`;
  }

  #outside = (event: Event): void => {
    if (this.details?.open && !event.composedPath().includes(this)) this.details.open = false;
  };

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.details.open) return;
    event.stopPropagation();
    this.details.open = false;
    this.details.querySelector("summary")?.focus();
  }

  #click(event: Event): void {
    if (event.composedPath().some((node) => node instanceof Element && node.parentElement === this)) {
      this.details.open = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-dropdown": GDropdown;
  }
}
