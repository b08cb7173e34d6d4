// Accounts of providers of single sign-on that are linked.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { tell, toast } from "../../state/toasts.js";
import { confirm } from "../../ui/ask.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { sectionStyles } from "../people/styles.js";

type Identity = components["schemas"]["IdentityOut"];
type Method = components["schemas"]["MethodOut"];

@customElement("account-identities")
export class AccountIdentities extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @state() private identities: Identity[] = [];
  @state() private providers: Method[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.hidden = true;
    void tell(async () => {
      const [identities, methods] = await Promise.all([
        body(api.GET("/api/me/identities")),
        body(api.GET("/api/auth/methods")),
      ]);
      this.identities = identities;
      this.providers = methods.providers.filter((provider) => !provider.automatic);
    });
  }

  override willUpdate(): void {
    this.hidden = !this.identities.length && !this.providers.length;
  }

  override render(): unknown {
    return html`<div class="about">
        <h2>${msg("Single sign-on")}</h2>
        <p class="muted small">${msg("Accounts of providers by which you can sign in here.")}</p>
      </div>
      <div class="card stack">
        ${
          this.identities.length
            ? html`<ul class="rows">${this.identities.map((identity) => this.#identity(identity))}</ul>`
            : html`<p class="muted">${msg("None is linked.")}</p>`
        }
        ${
          this.providers.length
            ? html`<div class="row">${this.providers.map(
                (provider) => html`<button class="button" type="button" @click=${() => this.#link(provider)}>
                  <g-icon name="link"></g-icon>${msg(str`Link ${provider.title}`)}</button>`,
              )}</div>`
            : nothing
        }
      </div>`;
  }

  #identity(identity: Identity): unknown {
    const name = identity.name || identity.subject;
    return html`<li>
      <g-icon name="key"></g-icon>
      <div class="grow">
        <p><strong>${name}</strong></p>
        <p class="muted small">${identity.issuer}${
          identity.last_sign_in_at
            ? html` · ${msg("last sign-in")} <g-time .at=${identity.last_sign_in_at}></g-time>`
            : nothing
        }</p>
      </div>
      <button class="button small" type="button" aria-label=${`${msg("Unlink")}: ${name}`}
        @click=${() => this.#unlink(identity)}>${msg("Unlink")}</button>
    </li>`;
  }

  async #link(provider: Method): Promise<void> {
    const way = await tell(() => body(api.POST("/api/me/identities", { body: { provider: provider.id } })));
    if (way) location.assign(way.url);
  }

  async #unlink(identity: Identity): Promise<void> {
    const sure = await confirm(
      msg("Unlink this account?"),
      msg(str`${identity.name || identity.subject} can no longer sign in here as you.`),
      msg("Unlink"),
    );
    if (!sure) return;
    await tell(async () => {
      await api.DELETE("/api/me/identities/{identity_id}", { params: { path: { identity_id: identity.id } } });
      this.identities = this.identities.filter((one) => one.id !== identity.id);
      toast(msg("Unlinked."), "good");
    });
  }
}
