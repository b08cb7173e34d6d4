// A list: items are added, taken away, and moved by buttons or with Alt and the arrow keys.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { Control } from "../control.js";
import { type Field, itemOf } from "../layout.js";
import { draw } from "../registry.js";
import { bare, beginning } from "../schema.js";

@customElement("g-field-list")
export class GFieldList extends Control {
  static override styles = [
    Control.styles,
    css`
      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      li {
        display: flex;
        align-items: start;
        gap: 0.25rem;
      }
      li > :first-child {
        flex: 1;
        min-width: 0;
      }
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 0.75rem 1rem 1rem;
        background: none;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 0.25rem;
      }
      .title {
        font-weight: 600;
        flex: 1;
      }
      legend {
        padding: 0;
        font-weight: 550;
      }
      .add {
        justify-self: start;
      }
      .tools {
        display: flex;
        flex: none;
      }
    `,
  ];

  protected override get input(): HTMLInputElement | null {
    return null;
  }

  protected override get swallows(): boolean {
    return false;
  }

  get #items(): unknown[] {
    const value = this.value ?? this.fallback;
    return Array.isArray(value) ? value : [];
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".add")?.focus();
    this.scrollIntoView({ block: "center" });
  }

  override check(): boolean {
    const { minItems = 0 } = this.field.schema;
    this.own = this.#items.length < minItems ? msg(str`At least ${minItems}.`) : "";
    return !this.own;
  }

  protected override willUpdate(): void {
    if (Array.isArray(this.fallback)) this.form.suppose(this.field.path, this.fallback);
  }

  override render(): unknown {
    const { field } = this;
    const items = this.#items;
    const full = items.length >= (field.schema.maxItems ?? Number.POSITIVE_INFINITY);
    const objects = Boolean(bare(field.schema.items!).schema.properties);
    return html`<fieldset class="field" ?disabled=${Boolean(this.locked)}>
      <legend>${field.label}</legend>
      ${this.field.schema.description ? html`<p class="hint" id="hint">${said(this.field.schema.description)}</p>` : nothing}
      ${items.length ? html`<ol>${items.map((item, n) => this.#item(item, n, objects))}</ol>` : html`<p class="muted">${msg("None yet.")}</p>`}
      ${full ? nothing : html`<button class="button small add" type="button" @click=${this.#add}><g-icon name="add"></g-icon>${msg("Add")}</button>`}
      ${this.foot(true)}
    </fieldset>`;
  }

  #item(item: unknown, n: number, objects: boolean): unknown {
    const name = msg(str`${this.field.label} ${n + 1}`);
    const field = itemOf(this.field, n, name);
    const keys = (event: KeyboardEvent): void => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      this.#move(n, event.key === "ArrowUp" ? -1 : 1);
    };
    if (!objects) return html`<li data-n=${n} @keydown=${keys}>${this.#plain(field)}${this.#tools(n, name)}</li>`;
    return html`<li class="card" data-n=${n} @keydown=${keys}>
      <div class="head"><p class="title">${this.#title(item, name)}</p>${this.#tools(n, name)}</div>
      ${field.schema.properties ? html`<g-field-object open .form=${this.form} .field=${field}></g-field-object>` : draw(this.form, field)}
    </li>`;
  }

  /** An item without a visible label: the list's name and its number stand for it. */
  #plain(field: Field): unknown {
    return html`<div class="bare">${draw(this.form, { ...field, schema: { ...field.schema, description: "" } })}</div>`;
  }

  #title(item: unknown, fallback: string): string {
    const { title, name, id } = (item ?? {}) as Record<string, unknown>;
    return [title, name, id].find((text): text is string => typeof text === "string" && text !== "") ?? fallback;
  }

  #tools(n: number, name: string): unknown {
    const last = this.#items.length - 1;
    return html`<span class="tools">
      <button class="button ghost square" type="button" data-move="-1" ?disabled=${n === 0} title=${msg("Move up")}
        aria-label=${msg(str`Move ${name} up`)} @click=${() => this.#move(n, -1)}><g-icon name="up"></g-icon></button>
      <button class="button ghost square" type="button" data-move="1" ?disabled=${n === last} title=${msg("Move down")}
        aria-label=${msg(str`Move ${name} down`)} @click=${() => this.#move(n, 1)}><g-icon name="down"></g-icon></button>
      <button class="button ghost square" type="button" title=${msg("Remove")} aria-label=${msg(str`Remove ${name}`)}
        @click=${() => this.#remove(n)}><g-icon name="delete"></g-icon></button>
    </span>`;
  }

  async #add(): Promise<void> {
    const n = this.#items.length;
    this.set([...this.#items, beginning(this.field.schema.items!)]);
    await new Promise(requestAnimationFrame);
    const item = this.renderRoot.querySelector(`[data-n="${n}"]`);
    focusFirst(item);
  }

  #remove(n: number): void {
    const items = this.#items.filter((_, each) => each !== n);
    this.set(items.length || this.fallback !== undefined ? items : undefined);
    this.focus();
  }

  async #move(n: number, by: number): Promise<void> {
    const items = [...this.#items];
    const to = n + by;
    if (to < 0 || to >= items.length) return;
    items.splice(to, 0, ...items.splice(n, 1));
    this.set(items);
    await new Promise(requestAnimationFrame);
    const buttons = this.renderRoot.querySelectorAll<HTMLButtonElement>(`[data-n="${to}"] [data-move]`);
    const wanted = [...buttons].find((button) => button.dataset.move === String(by) && !button.disabled);
    (wanted ?? [...buttons].find((button) => !button.disabled))?.focus();
  }
}

/** Focus the first control inside, through shadow roots. */
function focusFirst(element: Element | null): void {
  const found = [...(element?.querySelectorAll("*") ?? [])].find((one) => one instanceof Control) as
    | Control
    | undefined;
  const inner = found?.renderRoot && [...found.renderRoot.querySelectorAll("*")].find((one) => one instanceof Control);
  ((inner as Control | undefined) ?? found)?.focus();
}
