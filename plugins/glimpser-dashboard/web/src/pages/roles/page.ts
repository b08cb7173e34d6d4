// Roles: which there are, above whom they stand, and what each may do.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, match } from "../../api/client.js";
import { said } from "../../locale/said.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import { Page } from "../../ui/element.js";
import "../../ui/icon.js";
import { catalogue, type Role } from "../people/catalogue.js";
import "./edit.js";
import "./matrix.js";
import { asIn, body } from "./save.js";

@customElement("page-roles")
export class PageRoles extends Page {
  static override styles = [
    Page.styles,
    css`
      .ladder {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
        gap: 0.75rem;
        margin-bottom: 1.5rem;
      }
      .role {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: 0.375rem;
        height: 100%;
        padding: 0.875rem 1rem;
      }
      .role h2 {
        flex: 1;
        min-width: 0;
      }
      .role .row:not(.end) {
        flex-wrap: nowrap;
      }
      .role h2 {
        overflow-wrap: anywhere;
      }
      .mine {
        border-color: var(--g-accent);
      }
      .end {
        margin-top: 0.375rem;
      }
    `,
  ];

  @state() private editing: Role | "new" | null = null;

  constructor() {
    super();
    new Watch(this, session, catalogue);
  }

  get heading(): string {
    return msg("Roles");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(() => catalogue.load());
  }

  override render(): unknown {
    if (!catalogue.loaded) return html`<div class="bar"><h1>${msg("Roles")}</h1></div>`;
    return html`<div class="bar">
        <h1>${msg("Roles")}</h1>
        <p class="muted">${msg("Who has a role manages users of lower ranks, where it may manage users at all.")}</p>
        <span class="gap"></span>
        <button class="button primary" type="button" @click=${() => {
          this.editing = "new";
        }}><g-icon name="add"></g-icon>${msg("New role")}</button>
      </div>
      <ol class="ladder">${catalogue.roles.map((role) => html`<li>${this.#role(role)}</li>`)}</ol>
      <g-matrix .chosen=${this.query.get("role") ?? ""} @chosen=${(event: CustomEvent<string>) => router.ask({ role: event.detail })}></g-matrix>
      ${
        this.editing
          ? html`<g-role-edit .edited=${this.editing === "new" ? null : this.editing} @closed=${() => {
              this.editing = null;
            }}></g-role-edit>`
          : nothing
      }`;
  }

  #role(role: Role): unknown {
    const mine = role.id === session.me?.role;
    const limits = Object.entries(role.limits);
    const base = role.base ? said(catalogue.role(role.base)?.name ?? role.base) : "";
    return html`<article class="card role ${mine ? "mine" : ""}">
      <div class="row"><h2>${said(role.name)}</h2><span class="chip" title=${msg("Rank")}>${role.rank}</span></div>
      <p class="muted small">
        ${role.built_in ? msg("Comes with Glimpser") : msg(str`Made from ${base}`)} ·
        ${role.everywhere ? msg("sees all streams") : msg("sees what is granted")}
      </p>
      <p class="muted small">${msg(str`${role.permissions.length} of ${catalogue.permissions.length} permissions`)}${
        limits.length ? html` · ${limits.length === 1 ? msg("one limit") : msg(str`${limits.length} limits`)}` : nothing
      }</p>
      ${mine ? html`<p><span class="chip good">${msg("Your role")}</span></p>` : nothing}
      ${
        role.can.includes("change")
          ? html`<div class="row end">
              <button class="button small" type="button" aria-label=${msg(str`Edit ${said(role.name)}`)} @click=${() => {
                this.editing = role;
              }}>${msg("Edit")}</button>
              <button class="button small" type="button" aria-label=${msg(str`Remove ${said(role.name)}`)}
                @click=${() => this.#remove(role)}>${msg("Remove…")}</button>
            </div>`
          : nothing
      }
    </article>`;
  }

  async #remove(role: Role): Promise<void> {
    const sure = await confirm(
      msg(str`Remove the role ${said(role.name)}?`),
      msg(
        "It can only be removed when nobody has it. What was granted to it ends, and does not come back with a new one.",
      ),
      msg("Remove"),
    );
    if (!sure) return;
    await tell(async () => {
      const params = { path: { role_id: role.id }, header: match(role) };
      await api.DELETE("/api/roles/{role_id}", { params });
      toast(msg(str`${said(role.name)} is removed.`), "good", {
        words: msg("Make it again"),
        run: () => void this.#again(role),
      });
    });
    await tell(() => catalogue.load());
  }

  async #again(role: Role): Promise<void> {
    await tell(() => api.POST("/api/roles", { body: body(role, asIn(role)) }));
    await tell(() => catalogue.load());
  }
}
