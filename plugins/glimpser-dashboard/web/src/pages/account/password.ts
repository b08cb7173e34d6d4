// A new password.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../../api/client.js";
import { toast } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { sectionStyles } from "../people/styles.js";

@customElement("account-password")
export class AccountPassword extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  #form = new Form(this, async (values) => {
    const password = text(values, "new");
    if (password !== text(values, "again")) {
      this.#form.complain("again", msg("The two passwords differ."));
      return;
    }
    await api.PUT("/api/me/password", { body: { current: text(values, "current"), new: password } });
    this.shadowRoot?.querySelector("form")?.reset();
    toast(msg("The password is changed. All other devices are signed out."), "good");
  });

  override render(): unknown {
    const field = (label: string, name: string, autocomplete: AutoFill, hint = "") =>
      this.#form.field({ label, name, type: "password", required: true, autocomplete, maxlength: 1024, hint });
    return html`<div class="about">
        <h2>${msg("Password")}</h2>
        <p class="muted small">${msg("A new one signs out all your other devices.")}</p>
      </div>
      <form class="card" novalidate @submit=${this.#form.submit}>
        <div class="two">
          <div class="whole">${field(msg("Current password"), "current", "current-password")}</div>
          ${field(msg("New password"), "new", "new-password", msg("A few unrelated words make a good one."))}
          ${field(msg("New password again"), "again", "new-password")}
        </div>
        ${this.#form.trouble()}
        <div class="actions"><button class="button" ?disabled=${this.#form.busy}>${msg("Change password")}</button></div>
      </form>`;
  }
}
