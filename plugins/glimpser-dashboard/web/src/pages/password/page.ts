// Choosing a password by a link: an invitation, or a reset.

import { msg, str } from "@lit/localize";
import { html, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import "../../ui/door.js";
import { focusFirst, Page } from "../../ui/element.js";
import { Form } from "../../ui/form.js";
import { newPassword, typedTwice } from "../../ui/passwords.js";

@customElement("page-password")
export class PagePassword extends Page {
  @state() private link: { kind: string; name: string } | null = null;
  @state() private trouble: unknown = null;
  #token = "";

  #form = new Form(this, async (values) => {
    const password = typedTwice(this.#form, values);
    if (password === null) return;
    await api.POST("/api/auth/links/account/password", { body: { token: this.#token, password } });
    router.go("login", { replace: true });
    toast(msg("The password is saved. Sign in with it."), "good");
  });

  constructor() {
    super();
    new Watch(this, router);
  }

  get heading(): string {
    return msg("Choose a password");
  }

  protected override willUpdate(): void {
    const token = decodeURIComponent(location.hash.slice(1));
    if (token === this.#token && (this.link || this.trouble)) return;
    this.#token = token;
    void this.#look(token);
  }

  async #look(token: string): Promise<void> {
    try {
      this.link = await body(api.POST("/api/auth/links/account", { body: { token } }));
      this.trouble = null;
    } catch (error) {
      this.link = null;
      this.trouble = error;
    }
  }

  override render(): unknown {
    if (this.trouble) return this.#gone();
    if (!this.link) return "";
    const { kind, name } = this.link;
    const invited = kind === "invitation";
    return html`<g-door .heading=${invited ? msg(str`Welcome, ${name}`) : msg(str`New password for ${name}`)}>
      <p class="muted">${
        invited
          ? msg(str`You were invited to this hub. Choose your password, then sign in as ${name}.`)
          : msg("Choose a new password. You are signed out everywhere, and sign in with the new one.")
      }</p>
      <form novalidate @submit=${this.#form.submit}>
        <input type="text" name="username" autocomplete="username" .value=${name} hidden readonly />
        ${newPassword(
          this.#form,
          { first: msg("New password"), again: msg("New password again") },
          { autofocus: true },
        )}
        ${this.#form.trouble()}
        <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Save password")}</button>
      </form>
    </g-door>`;
  }

  #gone(): unknown {
    const gone = this.trouble instanceof Refused && this.trouble.status === 404;
    return html`<g-door .heading=${gone ? msg("This link is not good any more") : msg("This did not work")}>
      <p>${
        gone
          ? msg("It was used, has ended, or was never one. Ask whoever gave it to you for a new one.")
          : words(this.trouble)
      }</p>
      <a class="button wide" href=${at("login")}>${msg("Sign in")}</a>
    </g-door>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("link")) void focusFirst(this.shadowRoot);
  }
}
