// Who may come in.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { catalogue } from "../people/catalogue.js";
import { Paged } from "../people/paged.js";
import { listStyles } from "../people/styles.js";
import "./add.js";
import { userChips } from "./chips.js";

type User = components["schemas"]["UserOut"];

@customElement("page-users")
export class PageUsers extends Page {
  static override styles = [
    Page.styles,
    listStyles,
    css`
      .who {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      .who > span:last-child {
        min-width: 0;
      }
      .face {
        display: grid;
        place-items: center;
        flex: none;
        width: 2.25rem;
        height: 2.25rem;
        border-radius: 50%;
        background: var(--g-tint);
        color: var(--g-accent-text);
        font-weight: 650;
        text-transform: uppercase;
      }
      @media (max-width: 52rem) {
        .bar input[type="search"] {
          flex: 1;
          max-width: none;
        }
      }
    `,
  ];

  #timer = 0;
  #list = new Paged<User>(this, (cursor) =>
    listed(
      api.GET("/api/users", {
        params: {
          query: {
            limit: 50,
            cursor,
            search: this.query.get("search") || undefined,
            role: this.query.get("role") || undefined,
          },
        },
      }),
    ),
  );

  constructor() {
    super();
    new Watch(this, session, catalogue);
  }

  get heading(): string {
    return msg("Users");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(() => catalogue.load());
  }

  override willUpdate(): void {
    const { query } = this;
    this.#list.load(`${query.get("search") ?? ""} ${query.get("role") ?? ""}`, query.get("cursor") ?? undefined);
  }

  override render(): unknown {
    const { query } = this;
    const filtered = query.has("search") || query.has("role");
    return html`<div class="bar">
        <h1>${msg("Users")}</h1>
        <span class="gap"></span>
        <input type="search" aria-label=${msg("Search by name")} placeholder=${msg("Search by name")} maxlength="100"
          .value=${query.get("search") ?? ""} @input=${this.#search} />
        <select aria-label=${msg("Role")} @change=${(event: Event) => router.ask({ role: (event.target as HTMLSelectElement).value, cursor: null })}>
          <option value="">${msg("All roles")}</option>
          ${catalogue.roles.map((role) => html`<option value=${role.id} ?selected=${role.id === query.get("role")}>${said(role.name)}</option>`)}
        </select>
        <button class="button primary" type="button" @click=${() => router.ask({ new: "1" }, { push: true })}>
          <g-icon name="add"></g-icon>${msg("Add somebody")}</button>
      </div>
      <div class="list">
        ${this.#list.state(filtered ? msg("Nobody fits. Search for another name, or in all roles.") : msg("Nobody."))}
        ${this.#list.items?.length ? this.#table(this.#list.items) : nothing}
      </div>
      ${this.#list.foot()}
      ${
        query.has("new")
          ? html`<g-user-add @closed=${() => {
              router.ask({ new: null });
              void this.#list.again();
            }}></g-user-add>`
          : nothing
      }`;
  }

  #table(users: User[]): unknown {
    return html`<table>
      <thead><tr><th>${msg("Name")}</th><th>${msg("Role")}</th><th>${msg("State")}</th><th>${msg("Last sign-in")}</th></tr></thead>
      <tbody>${users.map((user) => {
        const name = user.display_name || user.name;
        return html`<tr>
          <td><span class="who"><span class="face" aria-hidden="true">${[...name][0]}</span>
            <span><a class="name" href=${at(`users/${user.id}`)}>${name}</a>
              ${user.display_name ? html`<span class="muted small">${user.name}</span>` : nothing}</span></span></td>
          <td data-label=${msg("Role")}>${said(user.role_name)}</td>
          <td data-label=${msg("State")}><span class="chips">${userChips(user)}</span></td>
          <td data-label=${msg("Last sign-in")}>${
            user.last_sign_in_at
              ? html`<g-time .at=${user.last_sign_in_at}></g-time>`
              : html`<span class="muted">${msg("never")}</span>`
          }</td>
        </tr>`;
      })}</tbody></table>`;
  }

  #search(event: Event): void {
    const search = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => router.ask({ search, cursor: null }), 250);
  }
}
