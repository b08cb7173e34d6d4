// What a user may do: role, streams, restrictions.

import { msg } from "@lit/localize";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import { Refused } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { catalogue } from "../people/catalogue.js";
import "../people/choose-streams.js";
import { sectionStyles } from "../people/styles.js";

type User = components["schemas"]["UserOut"];

/** Tell the page what the user is now. */
export function changed(element: Element, user: User): void {
  element.dispatchEvent(new CustomEvent("changed-user", { detail: user, bubbles: true, composed: true }));
}

@customElement("user-rights")
export class UserRights extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @property({ attribute: false }) user!: User;
  @property({ type: Boolean }) may = false;
  @state() private streams: string[] | null = null;
  @state() private conflict = false;

  #form = new Form(this, async (values) => {
    const view = text(values, "view");
    try {
      const user = await body(
        api.PATCH("/api/users/{user_id}", {
          params: { path: { user_id: this.user.id }, header: match(this.user) },
          body: {
            display_name: text(values, "display_name").trim(),
            role: text(values, "role"),
            streams: this.streams,
            restrictions: {
              live_only: view === "live",
              delay_minutes: view === "late" ? Number(text(values, "delay_minutes")) || 0 : 0,
              hide_private_groups: values.has("hide_private_groups"),
            },
          },
        }),
      );
      changed(this, user);
      toast(msg("Saved. It counts from now on."), "good");
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412) throw error;
      this.conflict = true;
    }
  });

  @state() private view = "";

  constructor() {
    super();
    new Watch(this, catalogue);
  }

  protected override willUpdate(differs: PropertyValues): void {
    if (!differs.has("user")) return;
    this.streams = this.user.streams;
    const { live_only, delay_minutes } = this.user.restrictions;
    this.view = live_only ? "live" : delay_minutes ? "late" : "";
    this.conflict = false;
  }

  override render(): unknown {
    const { user, may } = this;
    const known = catalogue.role(user.role);
    const given = catalogue.given;
    const roles = known && !given.includes(known) ? [known, ...given] : given;
    return html`<div class="about">
        <h2>${msg("May do")}</h2>
        <p class="muted small">${msg("The role says what, the streams say where; restrictions cut down both.")}</p>
      </div>
      <form class="card" novalidate @submit=${this.#form.submit}>
        <fieldset class="stack" ?disabled=${!may}>
        <div class="two">
          ${this.#form.field({ label: msg("Shown as"), name: "display_name", value: user.display_name, maxlength: 100, placeholder: user.name })}
          ${this.#form.field({ label: msg("Role"), name: "role", value: user.role, options: (roles.length ? roles : [{ id: user.role, name: user.role_name }]).map((role) => [role.id, said(role.name)] as const) })}
        </div>
        <div class="field"><span class="label">${msg("Sees")}</span>
          <g-choose-streams .chosen=${this.streams} ?disabled=${!may} @chosen=${(
            event: CustomEvent<string[] | null>,
          ) => {
            this.streams = event.detail;
          }}></g-choose-streams></div>
        <div class="two">
          ${this.#form.field({
            label: msg("Pictures and events"),
            name: "view",
            value: this.view,
            options: [
              ["", msg("Live, and what was kept")],
              ["live", msg("Live only, nothing that was kept")],
              ["late", msg("Late, nothing that is new")],
            ],
            change: (event) => {
              this.view = (event.target as HTMLSelectElement).value;
            },
          })}
          ${
            this.view === "late"
              ? this.#form.field({
                  label: msg("Minutes late"),
                  name: "delay_minutes",
                  type: "number",
                  inputmode: "numeric",
                  required: true,
                  value: String(user.restrictions.delay_minutes || 60),
                  hint: msg("At most 10,080, a week."),
                })
              : nothing
          }
        </div>
        ${this.#form.field({ label: msg("Sees no private groups"), name: "hide_private_groups", type: "checkbox", value: "1", checked: user.restrictions.hide_private_groups })}
        ${this.#form.trouble()}
        ${
          this.conflict
            ? html`<p class="wrong row" role="alert">${msg("Somebody else changed this user meanwhile.")}
              <button class="button small" type="button" @click=${() =>
                this.dispatchEvent(
                  new Event("reread-user", { bubbles: true, composed: true }),
                )}>${msg("Show their changes")}</button></p>`
            : nothing
        }
        ${may ? html`<div class="actions"><button class="button primary" ?disabled=${this.#form.busy}>${msg("Save")}</button></div>` : nothing}
        </fieldset>
      </form>`;
  }
}
