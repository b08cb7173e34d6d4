// Something that is shown this once: copy it, or keep it as a file. `<g-secret .value .file>`.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { copy } from "../../ui/clipboard.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";

@customElement("g-secret")
export class GSecret extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      pre {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        user-select: all;
      }
      pre.many {
        column-width: 13rem;
        font-size: 0.9375rem;
        line-height: 1.9;
      }
    `,
  ];

  @property() value = "";
  /** What it is called for screen readers. */
  @property() label = "";
  /** Name of the file it can be kept as; none unless it is given. */
  @property() file = "";
  @state() private copied = false;

  override render(): unknown {
    return html`<pre class=${this.value.includes("\n") ? "many" : ""} tabindex="0" aria-label=${this.label}>${this.value}</pre>
      <div class="row">
        <button class="button primary" type="button" @click=${this.#copy}>
          <g-icon name=${this.copied ? "check" : "link"}></g-icon>${this.copied ? msg("Copied") : msg("Copy")}
        </button>
        ${
          this.file
            ? html`<button class="button" type="button" @click=${this.#keep}>
                <g-icon name="download"></g-icon>${msg("Download")}</button>`
            : nothing
        }
        <span class="muted small" role="status">${this.copied ? msg("It is in the clipboard.") : msg("Shown this once.")}</span>
      </div>`;
  }

  async #copy(): Promise<void> {
    this.copied = await copy(this.value, () => {
      getSelection()?.selectAllChildren(this.shadowRoot!.querySelector("pre")!);
    });
  }

  #keep(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${this.value}\n`], { type: "text/plain" }));
    link.download = this.file;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-secret": GSecret;
  }
}
