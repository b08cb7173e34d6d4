// One user.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { at } from "../../root.js";
import { session } from "../../state/session.js";
import { tell } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import "../keys/list.js";
import { catalogue } from "../people/catalogue.js";
import { userChips } from "./chips.js";
import "./end.js";
import "./rights.js";
import "./signing-in.js";

export type User = components["schemas"]["UserOut"];

@customElement("page-user")
export class PageUser extends Page {
  static override styles = [
    Page.styles,
    css`
      .sections {
        max-width: 72rem;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }
      .keys {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 1.75rem 0;
        border-top: 1px solid var(--g-line);
      }
    `,
  ];

  @state() private user: User | null = null;
  @state() private error: unknown = null;
  #asked = "";

  constructor() {
    super();
    new Watch(this, session, catalogue);
  }

  get heading(): string {
    return this.user ? this.user.display_name || this.user.name : msg("User");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(() => catalogue.load());
    this.addEventListener("changed-user", (event) => {
      this.user = (event as CustomEvent<User>).detail;
    });
    this.addEventListener("reread-user", () => void this.#read());
  }

  override willUpdate(): void {
    const id = this.params.user_id ?? "";
    if (id === this.#asked) return;
    this.#asked = id;
    this.user = null;
    void this.#read();
  }

  async #read(): Promise<void> {
    const id = this.#asked;
    try {
      const user = await body(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } }));
      if (id !== this.#asked) return;
      this.user = user;
      this.error = null;
    } catch (error) {
      if (id === this.#asked) this.error = error;
    }
  }

  override render(): unknown {
    const { user, error } = this;
    if (error) {
      const gone = error instanceof Refused && error.status === 404;
      return html`<g-empty icon="person" .heading=${gone ? msg("There is no such user") : msg("This did not work")}
        .text=${gone ? msg("The account may have been removed.") : words(error)}>
        <a class="button primary" href=${at("users")}>${msg("All users")}</a></g-empty>`;
    }
    if (!user) return nothing;
    const may = user.can.includes("users.manage");
    return html`<div class="sections">
      <div class="bar">
        <a class="button ghost square" href=${at("users")} aria-label=${msg("All users")} title=${msg("All users")}><g-icon name="back"></g-icon></a>
        <h1>${this.heading}</h1>
        <span class="muted">${user.display_name ? user.name : nothing}</span>
        <span class="chips">${userChips(user)}</span>
      </div>
      ${may ? nothing : html`<p class="muted">${msg("This needs a role above that of the other: you can look, and change nothing.")}</p>`}
      <user-rights .user=${user} .may=${may}></user-rights>
      <user-signing-in .user=${user} .may=${may}></user-signing-in>
      <div class="keys"><h2>${msg("API keys")}</h2><g-key-list .user=${user.id} compact></g-key-list></div>
      ${may ? html`<user-end .user=${user}></user-end>` : nothing}
    </div>`;
  }
}
