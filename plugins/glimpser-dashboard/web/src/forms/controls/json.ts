// What has no control of its own: JSON, as text.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Control } from "../control.js";
import { same } from "../patch.js";

@customElement("g-field-json")
export class GFieldJson extends Control {
  static override styles = [
    Control.styles,
    css`
      textarea {
        font-family: var(--g-mono);
        field-sizing: content;
        max-height: 20rem;
      }
    `,
  ];

  @state() private text: string | null = null;

  override render(): unknown {
    const value = this.value ?? this.fallback;
    const current = this.text !== null && same(parsed(this.text), value) ? this.text : null;
    const text = this.own ? this.text : (current ?? (value === undefined ? "" : JSON.stringify(value, null, 2)));
    return this.frame(html`<textarea id="input" rows="3" .value=${text} ?required=${this.field.required}
      ?disabled=${Boolean(this.locked)} spellcheck="false" aria-describedby="hint wrong"
      aria-invalid=${this.wrong ? "true" : nothing} @input=${this.#typed}></textarea>`);
  }

  override check(): boolean {
    if (this.text && parsed(this.text) === undefined) {
      this.own = msg("This is no JSON.");
      return false;
    }
    return super.check();
  }

  #typed(event: Event): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    const value = parsed(this.text);
    if (value === undefined && this.text) this.own = msg("This is no JSON.");
    else this.set(value);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
