// A new password.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../../api/client.js";
import { toast } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { newPassword, typedTwice } from "../../ui/passwords.js";
import { sectionStyles } from "../people/styles.js";

@customElement("account-password")
export class AccountPassword extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  #form = new Form(this, async (values) => {
    const password = typedTwice(this.#form, values, "new");
    if (password === null) return;
    await api.PUT("/api/me/password", { body: { current: text(values, "current"), new: password } });
    this.shadowRoot?.querySelector("form")?.reset();
    toast(msg("The password is changed. All other devices are signed out."), "good");
  });

  override render(): unknown {
    return html`<div class="about">
        <h2>${msg("Password")}</h2>
        <p class="muted small">${msg("A new one signs out all your other devices.")}</p>
      </div>
      <form class="card" novalidate @submit=${this.#form.submit}>
        <div class="two">
          <div class="whole">${this.#form.field({
            label: msg("Current password"),
            name: "current",
            type: "password",
            required: true,
            autocomplete: "current-password",
            maxlength: 1024,
          })}</div>
          ${newPassword(this.#form, { first: msg("New password"), again: msg("New password again") }, { name: "new" })}
        </div>
        ${this.#form.trouble()}
        <div class="actions"><button class="button" ?disabled=${this.#form.busy}>${msg("Change password")}</button></div>
      </form>`;
  }
}
