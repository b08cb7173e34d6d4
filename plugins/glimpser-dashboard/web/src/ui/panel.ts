// A plugin's panel: its module is loaded, its element made and given its context. What it breaks stays within it.

import { msg, str } from "@lit/localize";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Panel } from "../api/types.js";
import { at } from "../root.js";
import { GElement } from "./element.js";
import "./icon.js";
import { Lent, type PanelContext } from "./panel-context.js";
import { watchSize } from "./panel-limits.js";

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
      .broken span {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      :host([compact]) {
        max-width: 100%;
        border-radius: 99px;
        background: #000a;
      }
      :host([compact]) .broken {
        gap: 0.375rem;
        padding: 0.125rem 0.5rem;
        border: 0;
        background: none;
        font-size: 0.75rem;
      }
      :host([compact]) .broken span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) panel!: Panel;
  @property({ attribute: false }) more: Record<string, unknown> = {};
  /** In a narrow place: what is broken is told in one line. */
  @property({ type: Boolean, reflect: true }) compact = false;
  @state() private broken = "";
  #element: PanelElement | null = null;
  #lent: Lent | null = null;
  #unwatch = (): void => {};
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
      const element = document.createElement(panel.element);
      this.#element = element;
      this.#lent = new Lent(panel.plugin, (error) => this.#fail(error));
      this.#unwatch = watchSize(element, panel.slot, (error) => this.#fail(error));
      this.#tell();
      this.requestUpdate();
    } catch (error) {
      if (panel === this.panel) this.#fail(error);
    }
  }

  #tell(): void {
    if (!this.#element || !this.#lent) return;
    try {
      this.#element.context = this.#lent.context(this.more);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#close();
    this.broken = error instanceof Error ? error.message : String(error);
  }

  #close(): void {
    this.#unwatch();
    this.#lent?.end();
    this.#lent = null;
    this.#element?.remove();
    this.#element = null;
  }

  override render(): unknown {
    if (!this.broken) return this.#element;
    const { title, plugin } = this.panel;
    const text = `${msg(str`“${title}” of the plugin ${plugin} does not work here.`)} ${this.broken}`;
    return html`<div class="card broken" role="alert">
      <g-icon name="warning"></g-icon>
      <span title=${this.compact ? text : nothing}>${text}</span>
      ${
        this.compact
          ? nothing
          : html`<button class="button small" type="button" @click=${() => this.#open()}>${msg("Try again")}</button>`
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-panel": GPanel;
  }
}
