// What stands above every page: the connection, the theme, and one's own account.

import { msg, str } from "@lit/localize";
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { at } from "../root.js";
import { router } from "../router.js";
import { connection } from "../state/connection.js";
import { session } from "../state/session.js";
import { tell } from "../state/toasts.js";
import { Watch } from "../state/watch.js";
import { theme } from "../theme/theme.js";
import { GElement } from "../ui/element.js";
import "../ui/icon.js";

@customElement("g-header")
export class GHeader extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: block;
        min-height: 3rem;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        min-height: 3rem;
        padding: 0.25rem var(--g-page) 0;
      }
      .brand {
        display: none;
        align-items: center;
        gap: 0.625rem;
        color: var(--g-text);
        font-size: 1.0625rem;
        font-weight: 650;
        text-decoration: none;
      }
      .connection {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        margin-right: 0.5rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
      }
      .dot {
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: var(--g-warn);
      }
      [data-reach="live"] .dot {
        background: #22c55e;
      }
      [data-reach="away"] .dot,
      [data-reach="offline"] .dot {
        background: var(--g-alert);
      }
      .me {
        max-width: 12rem;
      }
      @media (max-width: 48rem) {
        .brand {
          display: flex;
        }
        [data-reach="live"] .words {
          display: none;
        }
        .me .name {
          max-width: 6rem;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, session, connection, theme);
  }

  override render(): unknown {
    const { me } = session;
    if (!me) return "";
    const name = me.display_name || me.name;
    const other = theme.dark ? msg("Light") : msg("Dark");
    return html`<header>
      <a class="brand" href=${at("")}><img src=${at("favicon.svg")} alt="" width="26" height="26" />Glimpser</a>
      <span class="gap"></span>
      <p class="connection" role="status" data-reach=${connection.reach}>
        <span class="dot"></span><span class="words">${this.#reach()}</span>
      </p>
      <button class="button ghost square" type="button" title=${other} aria-label=${other} @click=${this.#switch}>
        <g-icon name=${theme.dark ? "sun" : "moon"}></g-icon>
      </button>
      ${session.visiting ? html`<a class="button ghost" href=${at("login")}>${msg("Sign in")}</a>` : this.#own(name)}
    </header>`;
  }

  #own(name: string): unknown {
    return html`<a class="button ghost me" href=${at("account")} title=${msg("Your account")}>
        <g-icon name="user"></g-icon><span class="truncate name">${name}</span>
      </a>
      <button class="button ghost square" type="button" title=${msg("Sign out")} aria-label=${msg(str`Sign out ${name}`)}
        @click=${this.#leave}>
        <g-icon name="out"></g-icon>
      </button>`;
  }

  #reach(): string {
    return {
      connecting: msg("Connecting…"),
      live: msg("Live"),
      reconnecting: msg("Reconnecting…"),
      away: msg("The hub does not answer"),
      restarting: msg("The hub is restarting…"),
      offline: msg("No network"),
    }[connection.reach];
  }

  #switch(): void {
    theme.choose(theme.dark ? "light" : "dark");
  }

  async #leave(): Promise<void> {
    const elsewhere = await tell(() => session.leave());
    if (elsewhere === undefined) return;
    if (elsewhere) location.assign(elsewhere);
    else router.go("login");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-header": GHeader;
  }
}
