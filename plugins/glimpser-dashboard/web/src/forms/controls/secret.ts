// A secret: never shown, unchanged when left alone, or read by the hub from a variable or file of its machine.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Control } from "../control.js";
import { isReference, MASK } from "../schema.js";

type From = "typed" | "$env" | "$file";

@customElement("g-field-secret")
export class GFieldSecret extends Control {
  static override styles = [
    Control.styles,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      .line > input {
        flex: 1 1 12rem;
        width: auto;
      }
      select {
        flex: 0 1 auto;
        width: auto;
        max-width: 100%;
      }
      .kept {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        min-height: 2.5rem;
      }
      .kept g-icon {
        color: var(--g-good);
      }
    `,
  ];

  /** What was typed last, so that somebody may look at another source and come back. */
  @state() private from: From | null = null;

  get #from(): From {
    const { value } = this;
    return isReference(value) ? (Object.keys(value)[0] as From) : (this.from ?? "typed");
  }

  override render(): unknown {
    const { value, field } = this;
    const locked = Boolean(this.locked);
    if (value === MASK) {
      return html`<div class="field" role="group" aria-labelledby="name">
        <span class="label" id="name">${field.label}</span>
        <div class="kept"><g-icon name="check"></g-icon><span>${msg("Kept, and not shown.")}</span><span class="gap"></span>
          ${
            locked
              ? nothing
              : html`<button class="button small" type="button" @click=${this.#replace}>${msg("Replace")}</button>
              ${field.required ? nothing : html`<button class="button small" type="button" @click=${this.#remove}>${msg("Remove")}</button>`}`
          }
        </div>${this.foot()}</div>`;
    }
    const from = this.#from;
    const reference = isReference(value) ? String(Object.values(value)[0]) : "";
    const text = from === "typed" ? (typeof value === "string" ? value : "") : reference;
    const places = { typed: "", $env: "PASSWORD_OF_THIS", $file: "/run/secrets/password" };
    return this.frame(html`<span class="line"><input id="input" type=${from === "typed" ? "password" : "text"}
        .value=${text} ?required=${field.required} ?disabled=${locked} autocomplete=${from === "typed" ? "new-password" : "off"}
        maxlength=${from === "typed" ? (field.schema.maxLength ?? nothing) : nothing} placeholder=${places[from]}
        spellcheck="false" autocapitalize="none" aria-describedby="hint wrong"
        aria-invalid=${this.wrong ? "true" : nothing} @input=${this.#typed} />
      <select aria-label=${msg("Where the secret comes from")} ?disabled=${locked} @change=${this.#moved}>
        <option value="typed" ?selected=${from === "typed"}>${msg("Typed in")}</option>
        <option value="$env" ?selected=${from === "$env"}>${msg("Environment variable")}</option>
        <option value="$file" ?selected=${from === "$file"}>${msg("File on the hub")}</option>
      </select>
      ${this.#wasKept ? html`<button class="button" type="button" @click=${() => this.set(MASK)}>${msg("Keep the old one")}</button>` : nothing}
    </span>`);
  }

  get #wasKept(): boolean {
    let at: unknown = this.form.given;
    for (const part of this.field.path.split(".")) at = (at as Record<string, unknown> | null | undefined)?.[part];
    return at === MASK;
  }

  #typed(event: Event): void {
    const { value } = event.target as HTMLInputElement;
    const from = this.#from;
    this.from = from;
    this.set(value === "" ? undefined : from === "typed" ? value : { [from]: value });
  }

  #moved(event: Event): void {
    this.from = (event.target as HTMLSelectElement).value as From;
    this.set(undefined);
  }

  async #replace(): Promise<void> {
    this.set(undefined);
    await new Promise(requestAnimationFrame);
    this.input?.focus();
  }

  #remove(): void {
    this.set(undefined);
  }
}
