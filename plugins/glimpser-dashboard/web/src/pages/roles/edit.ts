// A role of one's own: its name, what it is made from, its rank and limits. What it may do stands in the matrix.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, match } from "../../api/client.js";
import { Refused } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dialog.js";
import type { GDialog } from "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { catalogue, type Role } from "../people/catalogue.js";
import { asIn, body } from "./save.js";

type RoleIn = components["schemas"]["RoleIn"];

@customElement("g-role-edit")
export class GRoleEdit extends GElement {
  /** Null: a new one. */
  @property({ attribute: false }) edited: Role | null = null;
  @state() private conflict = false;

  #form = new Form(this, async (values) => {
    const limits = Object.fromEntries(
      catalogue.limits.map(({ name }) => [name, text(values, `limits/${name}`).trim()] as const)
        .filter(([, limit]) => limit !== "")
        .map(([name, limit]) => [name, Number(limit)]),
    ); // biome-ignore format: steps
    const asked = {
      name: text(values, "name").trim(),
      base: text(values, "base") as NonNullable<RoleIn["base"]>,
      rank: Number(text(values, "rank")),
      limits,
    };
    const { edited: role } = this;
    try {
      if (role) {
        const params = { path: { role_id: role.id }, header: match(role) };
        await api.PUT("/api/roles/{role_id}", { params, body: body(role, this.#own(role), asked) });
      } else await api.POST("/api/roles", { body: { ...asked, permissions: [] } });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412) throw error;
      this.conflict = true;
      await catalogue.load();
      return;
    }
    await catalogue.load();
    toast(
      role ? msg("Saved. It counts from now on.") : msg("The role is there: say in the table what it may do."),
      "good",
    );
    this.renderRoot.querySelector<GDialog>("g-dialog")?.close();
  });

  constructor() {
    super();
    new Watch(this, catalogue);
  }

  /** What it has beside its base now: with another base that stays. */
  #own(role: Role): string[] {
    const inherited = new Set(catalogue.role(role.base ?? "")?.permissions ?? []);
    return [...asIn(role)].filter((permission) => !inherited.has(permission));
  }

  override render(): unknown {
    return html`<g-dialog .heading=${this.edited ? msg(str`Role ${this.edited.name}`) : msg("New role")}
      @closed=${() => this.dispatchEvent(new Event("closed"))}>${this.#asked()}</g-dialog>`;
  }

  #asked(): unknown {
    const { edited: role } = this;
    const bases = catalogue.roles.filter((one) => one.can.includes("base"));
    const mine = catalogue.role(session.me?.role ?? "")?.rank ?? 0;
    const lowest = bases.at(-1);
    const ranks = bases.map((one) => `${one.name} ${one.rank}`).join(", ");
    return html`<form novalidate @submit=${this.#form.submit}>
      ${this.#form.field({ label: msg("Name"), name: "name", required: true, maxlength: 100, value: role?.name ?? "", autofocus: true })}
      ${this.#form.field({
        label: msg("Made from"),
        name: "base",
        value: role?.base ?? lowest?.id ?? "",
        hint: msg("What that role may do, this one may do too, on the streams that are granted to it."),
        options: bases.map((one) => [one.id, one.name] as const),
      })}
      ${this.#form.field({
        label: msg("Rank"),
        name: "rank",
        type: "number",
        inputmode: "numeric",
        required: true,
        value: String(role?.rank ?? 5),
        hint: msg(
          str`From 1 to ${Math.max(1, mine - 1)}: who may manage users manages those of lower ranks (${ranks}).`,
        ),
      })}
      ${
        catalogue.limits.length
          ? html`<details ?open=${Boolean(role && Object.keys(role.limits).length)}><summary>${msg("Limits")}</summary>
              <div class="stack"><p class="muted small">${msg("Empty: no limit. 0: never.")}</p>
              ${catalogue.limits.map((limit) =>
                this.#form.field({
                  label: said(limit.title),
                  name: `limits/${limit.name}`,
                  type: "number",
                  inputmode: "numeric",
                  value: role?.limits[limit.name]?.toString() ?? "",
                  hint: limit.counted === "per_day" ? msg("a day") : msg("at a time"),
                }),
              )}</div></details>`
          : nothing
      }
      ${this.#form.trouble()}
      ${
        this.conflict
          ? html`<p class="wrong" role="alert">${msg("Somebody else changed this role meanwhile. Close this, look at it, and begin again.")}</p>`
          : nothing
      }
      <button class="button primary wide" ?disabled=${this.#form.busy || this.conflict}>${role ? msg("Save") : msg("Make the role")}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-role-edit": GRoleEdit;
  }
}
