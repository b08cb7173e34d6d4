// Somebody new: invited by a link, or with a password that one hands over.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dialog.js";
import type { GDialog } from "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { catalogue } from "../people/catalogue.js";
import "../people/choose-streams.js";
import "../people/secret.js";
import { lowest } from "./role.js";

type UserIn = components["schemas"]["UserIn"];
type NewUser = components["schemas"]["NewUserOut"];

@customElement("g-user-add")
export class GUserAdd extends GElement {
  @state() private made: NewUser | null = null;
  @state() private invite = true;
  @state() private streams: string[] | null = null;

  #form = new Form(this, async (values) => {
    const way = this.invite ? { invite: true } : { password: text(values, "password") };
    const asked = {
      name: text(values, "name").trim(),
      display_name: text(values, "display_name").trim(),
      role: text(values, "role"),
      streams: this.streams,
      ...way,
    };
    const made = await body(api.POST("/api/users", { body: asked as UserIn }));
    if (made.invitation) this.made = made;
    else {
      toast(msg("The account is there."), "good");
      this.renderRoot.querySelector<GDialog>("g-dialog")?.close();
    }
  });

  constructor() {
    super();
    new Watch(this, catalogue);
  }

  override render(): unknown {
    return html`<g-dialog .heading=${this.made ? msg("Here is the invitation") : msg("Add somebody")}
      @closed=${() => this.dispatchEvent(new Event("closed"))}>
      ${this.made ? this.#invitation(this.made) : this.#asked()}
    </g-dialog>`;
  }

  #invitation(made: NewUser): unknown {
    return html`<div class="stack">
      <p>${msg("Hand this link over. Who opens it chooses the password, once within 72 hours; it is shown this once.")}</p>
      <g-secret .value=${made.invitation ?? ""} .label=${msg("The invitation")}></g-secret>
      <p><a class="button" href=${at(`users/${made.id}`)}>${msg("To the account")}</a></p>
    </div>`;
  }

  #asked(): unknown {
    const roles = catalogue.given;
    return html`<form novalidate @submit=${this.#form.submit}>
      ${this.#form.field({ label: msg("Name to sign in with"), name: "name", required: true, maxlength: 64, autofocus: true, hint: msg("Letters, digits and . _ - @ +") })}
      ${this.#form.field({ label: msg("Shown as"), name: "display_name", maxlength: 100 })}
      ${this.#form.field({ label: msg("Role"), name: "role", value: lowest(roles)?.id ?? "", options: roles.map((role) => [role.id, said(role.name)] as const) })}
      <div class="field"><span class="label">${msg("Sees")}</span>
        <g-choose-streams .chosen=${this.streams} @chosen=${(event: CustomEvent<string[] | null>) => {
          this.streams = event.detail;
        }}></g-choose-streams></div>
      ${this.#form.field({
        label: msg("Comes in by"),
        name: "way",
        value: this.invite ? "invite" : "password",
        options: [
          ["invite", msg("A link, to choose a password nobody else knows")],
          ["password", msg("A password that you hand over")],
        ],
        change: (event) => {
          this.invite = (event.target as HTMLSelectElement).value === "invite";
        },
      })}
      ${
        this.invite
          ? nothing
          : this.#form.field({
              label: msg("Password"),
              name: "password",
              type: "password",
              required: true,
              maxlength: 1024,
              autocomplete: "new-password",
              hint: msg("A few unrelated words make a good one."),
            })
      }
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy || !catalogue.loaded}>${this.invite ? msg("Make the invitation") : msg("Make the account")}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-user-add": GUserAdd;
  }
}
