// One of several; several of several.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { Control } from "../control.js";
import type { Schema } from "../schema.js";

function called(schema: Schema, value: unknown): string {
  return said(schema["x-labels"]?.[String(value)] ?? String(value));
}

@customElement("g-field-choice")
export class GFieldChoice extends Control {
  static override styles = [
    Control.styles,
    css`
      select {
        max-width: 24rem;
      }
    `,
  ];

  override render(): unknown {
    const { schema, nullable } = this.field;
    const value = this.value ?? this.fallback;
    const empty = nullable || value === undefined || value === null;
    return this.frame(html`<select id="input" ?required=${this.field.required} ?disabled=${Boolean(this.locked)}
      aria-describedby="hint wrong" aria-invalid=${this.wrong ? "true" : nothing} @change=${this.#changed}>
      ${empty ? html`<option value="" ?selected=${value === undefined || value === null}>${nullable ? msg("None") : msg("Choose…")}</option>` : nothing}
      ${schema.enum!.map((one, n) => html`<option value=${n} ?selected=${one === value}>${called(schema, one)}</option>`)}
    </select>`);
  }

  #changed(event: Event): void {
    const chosen = (event.target as HTMLSelectElement).value;
    this.set(chosen === "" ? undefined : this.field.schema.enum![Number(chosen)]);
  }
}

@customElement("g-field-several")
export class GFieldSeveral extends Control {
  static override styles = [
    Control.styles,
    css`
      legend {
        padding: 0;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.25rem;
      }
      .choices label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 1.75rem;
      }
    `,
  ];

  protected override get input(): HTMLInputElement | null {
    return null;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLInputElement>("input")?.focus();
  }

  override check(): boolean {
    const least = this.field.schema.minItems ?? 0;
    this.own = this.#chosen.length < least ? msg("Choose at least one.") : "";
    return !this.own;
  }

  get #chosen(): unknown[] {
    const value = this.value ?? this.fallback;
    return Array.isArray(value) ? value : [];
  }

  override render(): unknown {
    const chosen = this.#chosen;
    return html`<fieldset class="field" ?disabled=${Boolean(this.locked)} aria-describedby="hint wrong">
      <legend class="label">${this.field.label}</legend>
      <div class="choices">${this.field.schema.items!.enum!.map(
        (one) => html`<label><input type="checkbox" .checked=${chosen.includes(one)}
          @change=${(event: Event) => this.#change(one, (event.target as HTMLInputElement).checked)} />${called(this.field.schema.items!, one)}</label>`,
      )}</div>
      ${this.foot()}
    </fieldset>`;
  }

  #change(one: unknown, checked: boolean): void {
    const { items } = this.field.schema;
    const chosen = new Set(this.#chosen);
    if (checked) chosen.add(one);
    else chosen.delete(one);
    this.set(items!.enum!.filter((each) => chosen.has(each)));
  }
}
