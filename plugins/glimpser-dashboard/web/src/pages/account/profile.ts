// Name, language, theme and time zone.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, match } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { LANGUAGES } from "../../locale/index.js";
import { session } from "../../state/session.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { sectionStyles } from "../people/styles.js";

type Patch = components["schemas"]["MePatch"];

function zones(): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes("UTC") ? known : ["UTC", ...known];
}

@customElement("account-profile")
export class AccountProfile extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  #form = new Form(this, async (values) => {
    const body: Patch = {
      display_name: text(values, "display_name").trim(),
      language: text(values, "language") || null,
      theme: text(values, "theme") || null,
      timezone: (text(values, "timezone") || null) as Patch["timezone"],
    };
    await api.PATCH("/api/me", { params: { header: match("*") }, body });
    await session.refresh();
    toast(msg("Saved"), "good");
  });

  constructor() {
    super();
    new Watch(this, session);
  }

  override render(): unknown {
    const { me } = session;
    if (!me) return nothing;
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`<div class="about">
        <h2>${msg("Profile")}</h2>
        <p class="muted small">${msg("How you are called, and how these pages look and tell the time to you.")}</p>
      </div>
      <form class="card" novalidate @submit=${this.#form.submit}>
        <div class="two">
          <div class="field"><span class="label">${msg("Name to sign in with")}</span><p>${me.name}</p></div>
          ${this.#form.field({ label: msg("Shown as"), name: "display_name", value: me.display_name, maxlength: 100, autocomplete: "name", placeholder: me.name })}
          ${this.#form.field({
            label: msg("Language"),
            name: "language",
            value: me.language ?? "",
            options: [["", msg("As the browser asks")], ...LANGUAGES],
          })}
          ${this.#form.field({
            label: msg("Theme"),
            name: "theme",
            value: me.theme ?? "",
            options: [
              ["", msg("As chosen in this browser")],
              ["system", msg("As the device")],
              ["dark", msg("Dark")],
              ["light", msg("Light")],
            ],
          })}
          ${this.#form.field({
            label: msg("Time zone"),
            name: "timezone",
            value: me.timezone ?? "",
            options: [["", `${msg("As the device")} (${here})`], ...zones().map((zone) => [zone, zone] as const)],
          })}
        </div>
        ${this.#form.trouble()}
        <div class="actions"><button class="button primary" ?disabled=${this.#form.busy}>${msg("Save")}</button></div>
      </form>`;
  }
}
