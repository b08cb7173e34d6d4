// One line of text; several lines.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Control } from "../control.js";

function typed(event: Event): string {
  return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
}

/** Empty is left out where that means something: "none" or the default. */
function meant(control: Control, text: string): unknown {
  const { required, nullable } = control.field;
  return text === "" && (nullable || required || control.fallback !== undefined) ? undefined : text;
}

@customElement("g-field-text")
export class GFieldText extends Control {
  override render(): unknown {
    const { schema, required } = this.field;
    const uri = schema.format === "uri" || schema.format === "uri-reference";
    const fallback = typeof this.fallback === "string" ? this.fallback : "";
    return this.frame(html`<input id="input" type=${schema.format === "email" ? "email" : "text"}
      .value=${String(this.value ?? "")} ?required=${required} ?disabled=${Boolean(this.locked)}
      maxlength=${schema.maxLength ?? nothing} placeholder=${fallback || nothing} inputmode=${uri ? "url" : nothing}
      autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="hint wrong"
      aria-invalid=${this.wrong ? "true" : nothing} @input=${(event: Event) => this.set(meant(this, typed(event)))}
      @blur=${() => this.own || this.value === undefined || this.check()} />`);
  }
}

@customElement("g-field-lines")
export class GFieldLines extends Control {
  static override styles = [
    Control.styles,
    css`
      textarea {
        field-sizing: content;
        max-height: 24rem;
      }
    `,
  ];

  override render(): unknown {
    const { schema, required } = this.field;
    return this.frame(html`<textarea id="input" rows="4" .value=${String(this.value ?? "")} ?required=${required}
      ?disabled=${Boolean(this.locked)} maxlength=${schema.maxLength ?? nothing} autocomplete="off"
      aria-describedby="hint wrong" aria-invalid=${this.wrong ? "true" : nothing}
      @input=${(event: Event) => this.set(meant(this, typed(event)))}></textarea>`);
  }
}
