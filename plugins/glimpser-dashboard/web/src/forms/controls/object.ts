// Several fields that belong together; rarely needed ones are folded away.

import type { UISchemaElement } from "@jsonforms/core";
import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { Control } from "../control.js";
import { type Field, fieldOf, given, layoutOf, troubled } from "../layout.js";
import { draw } from "../registry.js";
import { beginning } from "../schema.js";

@customElement("g-field-object")
export class GFieldObject extends Control {
  static override styles = [
    Control.styles,
    css`
      .fields,
      .rare {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.125rem;
      }
      .inner {
        padding: 0.25rem 0 0.25rem 1rem;
        border-left: 2px solid var(--g-line);
      }
      legend {
        padding: 0;
        font-weight: 600;
      }
      .switch {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        min-height: 1.75rem;
      }
      summary {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 2rem;
        width: fit-content;
        color: var(--g-muted);
        font-weight: 550;
        cursor: pointer;
        list-style: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary g-icon {
        transition: rotate 0.12s;
      }
      details:not([open]) > summary g-icon {
        rotate: -90deg;
      }
      .rare {
        padding-top: 0.75rem;
      }
    `,
  ];

  /** Without a frame and name of its own: the whole form, or an item that has a frame already. */
  @property({ type: Boolean }) open = false;

  protected override get input(): HTMLInputElement | null {
    return null;
  }

  protected override get swallows(): boolean {
    return false;
  }

  override render(): unknown {
    const { field } = this;
    const wrong = html`<p class="wrong" id="wrong" role="alert" ?hidden=${!this.wrong}>${this.wrong}</p>`;
    if (this.open) return html`${this.#fields()}${wrong}`;
    const there = this.value !== undefined && this.value !== null;
    const optional = field.nullable || (!field.required && field.schema.default === undefined);
    return html`<fieldset class="field" ?disabled=${Boolean(this.locked)}>
      <legend>${
        optional
          ? html`<label class="switch"><input id="input" type="checkbox" .checked=${there} aria-describedby="hint"
              @change=${() => this.set(there ? undefined : beginning(field.schema))} />${field.label}</label>`
          : field.label
      }</legend>
      ${field.schema.description ? html`<p class="hint" id="hint">${said(field.schema.description)}</p>` : nothing}
      ${there || !optional ? html`<div class="inner">${this.#fields()}</div>` : nothing}
      ${wrong}
    </fieldset>`;
  }

  #fields(): unknown {
    const { field, form } = this;
    const layout = layoutOf(field.schema);
    const shown = (elements: UISchemaElement[]): Field[] =>
      elements.filter((element) => form.shows(element, field.path)).map((element) => fieldOf(element, field));
    const plain = shown(layout.plain);
    const rare = shown(layout.advanced.elements);
    const changed = rare.filter((one) => given(form, one)).length;
    return html`<div class="fields">
      ${plain.map((one) => draw(form, one))}
      ${
        rare.length
          ? html`<details ?open=${troubled(form, rare)}>
            <summary><g-icon name="down"></g-icon>${plain.length ? msg("More settings") : msg("Settings")}${
              changed ? html`<span class="chip">${msg(str`${changed} changed`)}</span>` : nothing
            }</summary>
            <div class="rare">${rare.map((one) => draw(form, one))}</div>
          </details>`
          : nothing
      }
    </div>`;
  }
}
