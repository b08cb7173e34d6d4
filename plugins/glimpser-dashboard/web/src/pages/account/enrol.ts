// Setting up an authenticator app: a code to scan, and a first code of the app.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";

export type Begun = components["schemas"]["Begun"];

@customElement("account-enrol")
export class AccountEnrol extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .scan {
        display: grid;
        grid-template-columns: auto minmax(10rem, 1fr);
        gap: 1.25rem;
        align-items: start;
      }
      img {
        display: block;
        border-radius: var(--g-radius);
        background: #fff;
      }
      ol {
        display: grid;
        gap: 0.75rem;
        padding-left: 1.25rem;
        list-style: decimal;
      }
      pre {
        margin-top: 0.375rem;
        padding: 0.5rem 0.75rem;
        white-space: pre-wrap;
        user-select: all;
      }
      @media (max-width: 30rem) {
        .scan {
          grid-template-columns: minmax(0, 1fr);
          justify-items: center;
        }
      }
    `,
  ];

  @property({ attribute: false }) begun!: Begun;

  #form = new Form(this, async (values) => {
    const done = await body(api.POST("/api/auth/mfa/verify", { body: { code: text(values, "code").trim() } }));
    this.dispatchEvent(new CustomEvent("enrolled", { detail: done?.recovery_codes ?? [] }));
  });

  override render(): unknown {
    const picture = `data:image/svg+xml,${encodeURIComponent(this.begun.qr_svg)}`;
    return html`<form novalidate @submit=${this.#form.submit}>
      <div class="scan">
        <img src=${picture} alt=${msg("QR code for the app")} width="196" height="196" />
        <ol>
          <li>${msg("Scan this with an authenticator app, or type this into it:")}
            <pre tabindex="0">${(this.begun.secret.match(/.{1,4}/g) ?? []).join(" ")}</pre></li>
          <li>${msg("Enter the code that the app shows now.")}</li>
        </ol>
      </div>
      ${this.#form.field({ label: msg("Code"), name: "code", required: true, autocomplete: "one-time-code", maxlength: 64, inputmode: "numeric", autofocus: true })}
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Finish")}</button>
    </form>`;
  }
}
