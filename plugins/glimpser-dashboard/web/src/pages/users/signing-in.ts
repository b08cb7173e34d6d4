// How a user signs in: lock, reset link, second factor, providers.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { tell, toast } from "../../state/toasts.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import "../people/secret.js";
import { sectionStyles } from "../people/styles.js";
import { invited } from "./chips.js";
import { changed } from "./rights.js";

type User = components["schemas"]["UserOut"];
type Identity = components["schemas"]["IdentityOut"];
type Link = { kind: string; link: string; expires_at: string };

@customElement("user-signing-in")
export class UserSigningIn extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @property({ attribute: false }) user!: User;
  @property({ type: Boolean }) may = false;
  @state() private link: Link | null = null;
  @state() private identities: Identity[] = [];

  protected override firstUpdated(): void {
    void tell(async () => {
      const path = { user_id: this.user.id };
      this.identities = await body(api.GET("/api/users/{user_id}/identities", { params: { path } }));
    });
  }

  override render(): unknown {
    const { user, may } = this;
    return html`<div class="about">
        <h2>${msg("Signing in")}</h2>
        <p class="muted small">${msg("No mail is sent: you hand links over as you like.")}</p>
      </div>
      <div class="card">
        <ul class="rows">
          <li><g-icon name="user"></g-icon><div class="grow">${
            user.last_sign_in_at
              ? html`${msg("Signed in last")} <g-time .at=${user.last_sign_in_at}></g-time>`
              : msg("Never signed in")
          }<p class="muted small">${msg("Account since")} <g-time form="when" .at=${user.created_at}></g-time></p></div></li>
          ${user.locked_until ? this.#locked(user.locked_until) : nothing}
          <li><g-icon name="key"></g-icon><div class="grow">
              <p>${invited(user) ? msg("Invited, and not come yet") : msg("Password")}</p>
              <p class="muted small">${
                invited(user)
                  ? msg("A new invitation ends the one before.")
                  : msg("A link to choose a new one; the old one works until then.")
              }</p></div>
            ${
              may
                ? html`<button class="button small" type="button" ?disabled=${!user.active && !invited(user)} @click=${this.#reset}>
              ${invited(user) ? msg("New invitation") : msg("Reset link")}</button>`
                : nothing
            }</li>
          <li><g-icon name="lock"></g-icon><div class="grow">${user.factor ? msg("A second factor guards the account.") : msg("No second factor.")}</div></li>
          ${this.identities.map(
            (
              identity,
            ) => html`<li><g-icon name="link"></g-icon><div class="grow"><p>${identity.name || identity.subject}</p>
              <p class="muted small">${identity.issuer}</p></div></li>`,
          )}
        </ul>
      </div>
      ${
        this.link
          ? html`<g-dialog .heading=${this.link.kind === "invitation" ? msg("Here is the invitation") : msg("Here is the reset link")}
              @closed=${() => {
                this.link = null;
              }}><div class="stack">
              <p>${msg(str`Hand it over to ${user.name}. It works once, until ${when(this.link.expires_at)}.`)}</p>
              <g-secret .value=${this.link.link} .label=${msg("The link")}></g-secret></div></g-dialog>`
          : nothing
      }`;
  }

  #locked(until: string): unknown {
    const forever = until.startsWith("9999");
    return html`<li><g-icon name="warning" class="warn"></g-icon><div class="grow">
        <p>${msg("Locked after too many failures")}</p>
        <p class="muted small">${forever ? msg("Until somebody unlocks it.") : msg(str`Until ${when(until)}.`)}</p></div>
      ${this.may ? html`<button class="button small" type="button" @click=${this.#unlock}>${msg("Unlock")}</button>` : nothing}</li>`;
  }

  async #unlock(): Promise<void> {
    await tell(async () => {
      const path = { user_id: this.user.id };
      changed(this, await body(api.POST("/api/users/{user_id}/unlock", { params: { path } })));
      toast(msg("Unlocked."), "good");
    });
  }

  async #reset(): Promise<void> {
    const path = { user_id: this.user.id };
    const made = await tell(() => body(api.POST("/api/users/{user_id}/reset-link", { params: { path } })));
    if (made) this.link = made;
  }
}

/** Switch an account on or off; gives what it is then. */
export async function activate(user: User, active: boolean): Promise<User> {
  const params = { path: { user_id: user.id }, header: match(user) };
  return await body(api.PATCH("/api/users/{user_id}", { params, body: { active } }));
}
