// Finds somebody by a part of their name. `<g-find-user @found=${({ detail: user }) => …}>`.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { tell } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";

type User = components["schemas"]["UserOut"];

@customElement("g-find-user")
export class GFindUser extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        position: relative;
        flex: 0 1 16rem;
        min-width: 0;
      }
      ul {
        position: absolute;
        z-index: 6;
        top: calc(100% + 4px);
        left: 0;
        width: max(100%, 16rem);
        max-width: calc(100vw - 3rem);
        padding: 0.25rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-small);
        background: var(--g-raised);
        box-shadow: var(--g-deep);
      }
      li .button {
        width: 100%;
        justify-content: flex-start;
        color: var(--g-text);
        font-weight: 450;
      }
      .none {
        padding: 0.5rem 0.75rem;
      }
    `,
  ];

  @state() private found: User[] | null = null;
  @state() private search = "";
  #timer = 0;

  override render(): unknown {
    return html`<input type="search" placeholder=${msg("Add a user…")} aria-label=${msg("Add a user")} autocomplete="off" maxlength="100"
        .value=${this.search} @input=${this.#typed} @keydown=${(event: KeyboardEvent) => event.key === "Escape" && this.#clear()} />
      ${
        this.found
          ? html`<ul>${
              this.found.length
                ? this.found.map(
                    (user) => html`<li><button class="button ghost" type="button" @click=${() => this.#take(user)}>
                      <span class="truncate">${user.display_name || user.name}</span><span class="muted small truncate">${said(user.role_name)}</span></button></li>`,
                  )
                : html`<li class="none muted">${msg("Nobody fits.")}</li>`
            }</ul>`
          : nothing
      }`;
  }

  #typed(event: Event): void {
    this.search = (event.target as HTMLInputElement).value;
    clearTimeout(this.#timer);
    const search = this.search.trim();
    if (!search) this.found = null;
    else
      this.#timer = window.setTimeout(async () => {
        const page = await tell(() => listed(api.GET("/api/users", { params: { query: { search, limit: 6 } } })));
        if (page && search === this.search.trim()) this.found = page.items;
      }, 200);
  }

  #clear(): void {
    this.found = null;
    this.search = "";
  }

  #take(user: User): void {
    this.#clear();
    this.dispatchEvent(new CustomEvent("found", { detail: user }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-find-user": GFindUser;
  }
}
