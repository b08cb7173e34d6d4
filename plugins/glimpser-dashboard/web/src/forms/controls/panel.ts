// A field that a plugin draws, in the slot `config.field`: its context has `field`, and it says a new value by `field.set`.

import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../../ui/panel.js";
import { Control } from "../control.js";
import { panelFor } from "../registry.js";
import type { Schema } from "../schema.js";
import type { Subject } from "../state.js";

/** What the slot adds to a panel's context, as `field`. */
export interface PanelField {
  schema: Schema;
  label: string;
  value: unknown;
  /** Say another value. */
  set(value: unknown): void;
  /** Why it cannot be changed; "" when it can. */
  locked: string;
  wrong: string;
  subject: Subject;
}

@customElement("g-field-panel")
export class GFieldPanel extends Control {
  protected override get input(): HTMLInputElement | null {
    return null;
  }

  override focus(): void {
    this.scrollIntoView({ block: "center" });
  }

  override render(): unknown {
    const { field, form, value, locked, wrong } = this;
    const panel = panelFor(field.schema.format);
    const set = (next: unknown): void => this.set(next);
    const given: PanelField = {
      schema: field.schema,
      label: field.label,
      value,
      set,
      locked,
      wrong,
      subject: form.subject,
    };
    return html`${panel ? html`<g-panel .panel=${panel} .more=${{ field: given }}></g-panel>` : nothing}
      <p class="wrong" role="alert" ?hidden=${!wrong}>${wrong}</p>`;
  }
}
