// A plugin's panel: its module is loaded, its element made and given its context. What it breaks stays within it.

import { msg, str } from "@lit/localize";
import { css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Panel } from "../api/types.js";
import { at } from "../root.js";
import { GElement } from "./element.js";
import "./icon.js";
import { type PanelContext, panelContext } from "./panel-context.js";

const PATIENCE = 10_000;

type PanelElement = HTMLElement & { context?: PanelContext };

function never(): Promise<never> {
  return new Promise((_, fail) => setTimeout(() => fail(new Error(msg("It did not load in ten seconds."))), PATIENCE));
}

async function defined(panel: Panel): Promise<void> {
  await import(/* @vite-ignore */ at(panel.module));
  if (!customElements.get(panel.element)) throw new Error(msg(str`Its module does not define ${panel.element}.`));
}

/** `<g-panel .panel=${panel} .more=${{ stream }}>`: `more` is what the slot adds to the context. */
@customElement("g-panel")
export class GPanel extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .broken {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
      }
    `,
  ];

  @property({ attribute: false }) panel!: Panel;
  @property({ attribute: false }) more: Record<string, unknown> = {};
  @state() private broken = "";
  #element: PanelElement | null = null;
  #stops = new Set<() => void>();
  /** Errors of its module while it lives, which reach the window alone. */
  #heard = ({ filename, message }: ErrorEvent): void => {
    if (filename && filename === new URL(at(this.panel.module), location.href).href) this.#fail(new Error(message));
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("error", this.#heard);
    if (this.hasUpdated) void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("error", this.#heard);
    this.#close();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("panel") as Panel | undefined;
    if (changed.has("panel") && before?.element !== this.panel.element) void this.#open();
    else if (changed.has("more")) this.#tell();
  }

  async #open(): Promise<void> {
    this.#close();
    this.broken = "";
    const { panel } = this;
    try {
      await Promise.race([defined(panel), never()]);
      if (panel !== this.panel || !this.isConnected) return;
      this.#element = document.createElement(panel.element);
      this.#tell();
      this.requestUpdate();
    } catch (error) {
      if (panel === this.panel) this.#fail(error);
    }
  }

  #tell(): void {
    if (!this.#element) return;
    try {
      this.#element.context = panelContext(this.more, this.#stops);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#close();
    this.broken = error instanceof Error ? error.message : String(error);
  }

  #close(): void {
    for (const stop of this.#stops) stop();
    this.#stops.clear();
    this.#element?.remove();
    this.#element = null;
  }

  override render(): unknown {
    if (!this.broken) return this.#element;
    const { title, plugin } = this.panel;
    return html`<div class="card broken" role="alert">
      <g-icon name="warning"></g-icon>
      <span>${msg(str`“${title}” of the plugin ${plugin} does not work here.`)} ${this.broken}</span>
      <button class="button small" type="button" @click=${() => this.#open()}>${msg("Try again")}</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-panel": GPanel;
  }
}
