// On or off.

import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { Control } from "../control.js";

@customElement("g-field-toggle")
export class GFieldToggle extends Control {
  override render(): unknown {
    return this.frame(
      html`<input id="input" type="checkbox" .checked=${Boolean(this.value ?? this.fallback)}
        ?disabled=${Boolean(this.locked)} aria-describedby="hint wrong" @change=${this.#changed} />`,
      "check",
    );
  }

  #changed(event: Event): void {
    const { checked } = event.target as HTMLInputElement;
    this.set(this.value === undefined && checked === Boolean(this.fallback) ? undefined : checked);
  }
}
