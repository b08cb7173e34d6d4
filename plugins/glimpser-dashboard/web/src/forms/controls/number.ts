// A number with its unit beside it.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Control } from "../control.js";

@customElement("g-field-number")
export class GFieldNumber extends Control {
  static override styles = [
    Control.styles,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 0.625rem;
      }
      input {
        max-width: 10rem;
      }
      .unit {
        color: var(--g-muted);
      }
    `,
  ];

  override render(): unknown {
    const { schema, required, unit } = this.field;
    const { value } = this;
    const whole = schema.type === "integer";
    return this.frame(html`<span class="line"><input id="input" type="number"
      .value=${value === undefined || value === null ? "" : String(value)} ?required=${required}
      ?disabled=${Boolean(this.locked)} min=${schema.minimum ?? nothing} max=${schema.maximum ?? nothing}
      step=${schema.multipleOf ?? (whole ? 1 : "any")} inputmode=${whole ? "numeric" : "decimal"}
      placeholder=${typeof this.fallback === "number" ? this.fallback : nothing} aria-describedby="unit hint wrong"
      aria-invalid=${this.wrong ? "true" : nothing} @input=${this.#typed} @blur=${() => this.check()} /><span
      class="unit" id="unit">${unit}</span></span>`);
  }

  #typed(event: Event): void {
    const { value, valueAsNumber, validity } = event.target as HTMLInputElement;
    // What is no number yet stays where it is typed.
    if (!validity.badInput) this.set(value === "" ? undefined : valueAsNumber);
  }
}
