// Tabs: which part of a page is shown. `<g-tabs .tabs=${[["clips", msg("Clips")]]} selected="clips" @chosen=${…}>`

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { GElement } from "./element.js";

/** Told when a tab is chosen; `id`: of it. */
export class Chosen extends Event {
  constructor(readonly id: string) {
    super("chosen");
  }
}

@customElement("g-tabs")
export class GTabs extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .tabs {
        display: flex;
        gap: 0.25rem;
        border-bottom: 1px solid var(--g-line);
        overflow-x: auto;
        scrollbar-width: none;
      }
      button {
        flex: none;
        min-height: 2.5rem;
        padding: 0.25rem 0.75rem;
        border: 0;
        border-bottom: 2px solid transparent;
        margin-bottom: -1px;
        background: none;
        color: var(--g-muted);
        font: inherit;
        font-weight: 550;
        cursor: pointer;
      }
      button:hover {
        color: var(--g-text);
      }
      button[aria-selected="true"] {
        border-color: var(--g-accent);
        color: var(--g-text);
      }
      button:focus-visible {
        outline-offset: -2px;
      }
      .panel {
        padding-top: 1rem;
      }
    `,
  ];

  /** Id and words of each. */
  @property({ attribute: false }) tabs: readonly (readonly [string, string])[] = [];
  @property() selected = "";
  @property() label = "";

  override render(): unknown {
    return html`<div class="tabs" role="tablist" aria-label=${this.label} @keydown=${this.#key}>
        ${this.tabs.map(
          ([id, words]) => html`<button type="button" role="tab" id="tab-${id}" aria-controls="panel"
            aria-selected=${id === this.selected} tabindex=${id === this.selected ? 0 : -1}
            @click=${() => this.dispatchEvent(new Chosen(id))}>${words}</button>`,
        )}
      </div>
      <div class="panel" role="tabpanel" id="panel" aria-labelledby="tab-${this.selected}"><slot></slot></div>`;
  }

  #key(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const now = this.tabs.findIndex(([id]) => id === this.selected);
    const [id] = this.tabs.at((now + by) % this.tabs.length)!;
    this.dispatchEvent(new Chosen(id));
    void this.updateComplete.then(() => this.shadowRoot?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-tabs": GTabs;
  }
}
