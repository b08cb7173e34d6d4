// A moment in words that stay true: `<g-time .at=${iso}>` says "4 s ago", `form="when"` the time itself.

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { GElement } from "./element.js";
import { ago, clock, when } from "./format.js";

const shown = new Set<GTime>();
let timer = 0;

@customElement("g-time")
export class GTime extends GElement {
  @property({ attribute: false }) at: string | number = "";
  @property() form: "ago" | "when" | "clock" = "ago";

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.display = "inline";
    shown.add(this);
    timer ||= window.setInterval(() => {
      if (!document.hidden) for (const element of shown) if (element.form === "ago") element.requestUpdate();
    }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    shown.delete(this);
    if (shown.size) return;
    clearInterval(timer);
    timer = 0;
  }

  override render(): unknown {
    if (!this.at) return "";
    const words = { ago, when, clock }[this.form](this.at);
    return html`<time datetime=${new Date(this.at).toISOString()} title=${when(this.at)}>${words}</time>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-time": GTime;
  }
}
