// Names with a text each, such as the headers of requests.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { Control } from "../control.js";
import { same } from "../patch.js";

type Row = [string, string];

@customElement("g-field-map")
export class GFieldMap extends Control {
  static override styles = [
    Control.styles,
    css`
      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) auto;
        gap: 0.375rem;
      }
      legend {
        padding: 0;
        font-weight: 550;
      }
      .add {
        justify-self: start;
      }
    `,
  ];

  /** As typed: two rows may have one name for a while. */
  @state() private rows: Row[] = [];

  protected override get input(): HTMLInputElement | null {
    return null;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("input, .add")?.focus();
  }

  protected override willUpdate(): void {
    const value = (this.value ?? this.fallback ?? {}) as Record<string, string>;
    if (!same(Object.fromEntries(this.rows.filter(([name]) => name)), value)) this.rows = Object.entries(value);
  }

  override render(): unknown {
    return html`<fieldset class="field" ?disabled=${Boolean(this.locked)}>
      <legend>${this.field.label}</legend>
      ${this.field.schema.description ? html`<p class="hint" id="hint">${said(this.field.schema.description)}</p>` : nothing}
      <ol>${this.rows.map(
        ([name, text], n) => html`<li>
          <input type="text" .value=${name} aria-label=${msg(str`Name ${n + 1}`)} placeholder=${msg("Name")} autocomplete="off"
            spellcheck="false" @input=${(event: Event) => this.#change(n, 0, event)} />
          <input type="text" .value=${text} aria-label=${msg(str`Value ${n + 1}`)} placeholder=${msg("Value")} autocomplete="off"
            spellcheck="false" @input=${(event: Event) => this.#change(n, 1, event)} />
          <button class="button ghost square" type="button" title=${msg("Remove")} aria-label=${msg(str`Remove ${name || n + 1}`)}
            @click=${() => this.#tell(this.rows.filter((_, each) => each !== n))}><g-icon name="delete"></g-icon></button>
        </li>`,
      )}</ol>
      <button class="button small add" type="button" @click=${this.#add}><g-icon name="add"></g-icon>${msg("Add")}</button>
      ${this.foot(true)}
    </fieldset>`;
  }

  #change(n: number, part: 0 | 1, event: Event): void {
    const text = (event.target as HTMLInputElement).value;
    this.#tell(this.rows.map((row, each) => (each === n ? ((part ? [row[0], text] : [text, row[1]]) as Row) : row)));
  }

  #tell(rows: Row[]): void {
    this.rows = rows;
    const named = rows.filter(([name]) => name);
    this.set(named.length ? Object.fromEntries(named) : undefined);
  }

  async #add(): Promise<void> {
    this.rows = [...this.rows, ["", ""]];
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>("li:last-child input")?.focus();
  }
}
