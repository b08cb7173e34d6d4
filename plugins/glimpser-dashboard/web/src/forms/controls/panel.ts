// A field that a plugin draws: its element is given `field`, and tells a new value by `changed` with it as detail.

import { msg, str } from "@lit/localize";
import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Panel } from "../../api/types.js";
import { ROOT } from "../../root.js";
import { Control } from "../control.js";
import { panelFor } from "../registry.js";
import type { Schema } from "../schema.js";
import type { Subject } from "../state.js";

const PATIENCE = 10_000;

/** What a panel of the slot `config.field` is given as its property `field`. */
export interface PanelField {
  version: 1;
  schema: Schema;
  label: string;
  value: unknown;
  /** Why it cannot be changed; "" when it can. */
  locked: string;
  wrong: string;
  subject: Subject;
}

type Element = HTMLElement & { field?: PanelField };

@customElement("g-field-panel")
export class GFieldPanel extends Control {
  @state() private failed = "";
  #element: Element | null = null;
  #of = "";

  protected override get input(): HTMLInputElement | null {
    return null;
  }

  override focus(): void {
    this.#element?.focus();
    this.scrollIntoView({ block: "center" });
  }

  protected override willUpdate(): void {
    const panel = panelFor(this.field.schema.format);
    if (panel && panel.element !== this.#of) void this.#mount(panel);
    if (this.#element) this.#element.field = this.#given;
  }

  get #given(): PanelField {
    const { field, form, value, locked, wrong } = this;
    return { version: 1, schema: field.schema, label: field.label, value, locked, wrong, subject: form.subject };
  }

  async #mount(panel: Panel): Promise<void> {
    this.#of = panel.element;
    try {
      await soon(import(/* @vite-ignore */ new URL(panel.module, ROOT).href));
      await soon(customElements.whenDefined(panel.element));
      const made = document.createElement(panel.element) as Element;
      made.addEventListener("changed", (event) => {
        event.stopPropagation();
        this.set((event as CustomEvent).detail);
      });
      made.field = this.#given;
      this.#element = made;
      this.requestUpdate();
    } catch {
      this.failed = msg(str`The plugin's part “${panel.title}” cannot be shown.`);
    }
  }

  override render(): unknown {
    if (this.failed) return html`<p class="wrong" role="alert">${this.failed}</p>`;
    return html`${this.#element}<p class="wrong" role="alert" ?hidden=${!this.wrong}>${this.wrong}</p>`;
  }
}

/** Fails when it takes too long. */
async function soon<T>(work: Promise<T>): Promise<T> {
  let timer = 0;
  const late = new Promise<never>((_, fail) => {
    timer = window.setTimeout(() => fail(new Error("too late")), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
