// The frame around every page: who is here, which page, and what stands beside it.

import { msg } from "@lit/localize";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Refused, words } from "../api/errors.js";
import type { PageSpec } from "../pages/index.js";
import { at } from "../root.js";
import { router } from "../router.js";
import "../state/badge.js";
import { connection } from "../state/connection.js";
import "../state/feed.js";
import { session } from "../state/session.js";
import { Watch } from "../state/watch.js";
import "../state/worker.js";
import "../ui/ask.js";
import { focusFirst, GElement, type Page, type PageFailed } from "../ui/element.js";
import "../ui/empty.js";
import { appStyles } from "./app-styles.js";
import "./away.js";
import "./header.js";
import "./menu.js";
import "./notices.js";
import "./preferences.js";
import "./shortcuts.js";
import "./toasts.js";

/** Whether nobody could say who is here, as opposed to that something went wrong. */
function unanswered(): boolean {
  const { error, presence } = session;
  return presence === "failed" && error instanceof Refused && (error.status === 0 || error.status >= 502);
}

@customElement("g-app")
export class GApp extends GElement {
  static override styles = [GElement.styles, appStyles];

  @state() private page: Page | null = null;
  @state() private failure: unknown = null;
  #spec: PageSpec | null = null;

  constructor() {
    super();
    new Watch(this, router, session);
    void session.enter();
    // Who is here and the page are asked for at the same time. What of it fails is said when it is opened.
    void router.place.page?.load().catch(() => {});
    connection.subscribe(() => {
      if (connection.reach === "live" && unanswered()) void session.enter();
    });
    this.addEventListener("page-failed", (event) => {
      this.failure = (event as PageFailed).error;
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.size && changed.has("page") && changed.size === 1) return;
    this.#route();
  }

  #route(): void {
    const { place } = router;
    if (!place.page?.door && session.presence !== "in") {
      this.#spec = null;
      this.page = null;
      if (session.presence === "out" || session.presence === "unset") {
        queueMicrotask(() => router.divert(session.presence === "unset" ? "setup" : "login"));
      }
      return;
    }
    const { page } = place;
    if (session.me?.factor_needed && !page?.door && !page?.factorless) {
      queueMicrotask(() => router.go("account", { replace: true }));
      return;
    }
    if (place.page !== this.#spec) void this.#open(place.page);
    if (this.page) {
      this.page.params = place.params;
      this.page.query = place.query;
    }
  }

  async #open(spec: PageSpec | null): Promise<void> {
    this.#spec = spec;
    this.failure = null;
    if (!spec) {
      this.page = null;
      return;
    }
    try {
      await spec.load();
    } catch (error) {
      if (this.#spec === spec) this.failure = error;
      return;
    }
    if (this.#spec !== spec) return;
    const page = document.createElement(spec.tag) as Page;
    page.params = router.place.params;
    page.query = router.place.query;
    this.page = page;
    await this.updateComplete;
    if (!(await focusFirst(page.shadowRoot))) this.shadowRoot?.querySelector("main")?.focus({ preventScroll: true });
  }

  override render(): unknown {
    const { page, query } = router.place;
    const bare = page?.door || (page?.kiosk && query.has("kiosk"));
    // The frame is there before it is known who is here, so that nothing moves when it is.
    const inside = (session.presence === "in" || session.presence === "starting") && !bare;
    const menus = inside && !session.me?.factor_needed;
    return html`
      ${
        menus
          ? html`<nav aria-label=${msg("Skip to content")}>
            <a class="skip" href="#main" @click=${this.#skip}>${msg("Skip to content")}</a>
          </nav>`
          : nothing
      }
      <g-notices></g-notices>
      <div class="frame ${menus ? "" : "alone"}">
        ${menus ? html`<g-menu class="side"></g-menu>` : nothing}
        <div class="column">
          ${inside ? html`<g-header></g-header>` : nothing}
          <main id="main" tabindex="-1">${this.#main()}</main>
        </div>
      </div>
      ${menus ? html`<g-menu bar class="bottom"></g-menu>` : nothing}
      <g-toasts></g-toasts>
    `;
  }

  #skip(click: Event): void {
    click.preventDefault();
    this.shadowRoot?.querySelector("main")?.focus();
  }

  #main(): unknown {
    const { place } = router;
    if (this.failure) return this.#failed(this.failure, () => location.reload());
    if (place.page?.door) return this.page;
    if (unanswered()) return html`<g-away></g-away>`;
    if (session.presence === "failed") return this.#failed(session.error, () => void session.enter());
    if (session.presence !== "in") return this.#loading();
    if (!place.page) {
      return html`<g-empty icon="search" .heading=${msg("There is no such page")}
        .text=${msg("The address may be mistyped, or what it named is gone.")}>
        <a class="button primary" href=${at("")}>${msg("To the wall")}</a></g-empty>`;
    }
    if (!session.allows(place.page) && session.visiting) {
      return html`<g-empty icon="lock" .heading=${msg("This is not for you to see")}
        .text=${msg("Visitors of this demo have no account. Who has one signs in.")}>
        <a class="button primary" href=${at("login")}>${msg("Sign in")}</a></g-empty>`;
    }
    if (!session.allows(place.page)) {
      return html`<g-empty icon="lock" .heading=${msg("This is not for you to see")}
        .text=${msg("Your role does not allow it. Ask who runs this hub if you need it.")}>
        <a class="button" href=${at("account")}>${msg("What you may do")}</a></g-empty>`;
    }
    return this.page ?? this.#loading();
  }

  #loading(): unknown {
    return html`<div class="loading" role="status"><span class="unseen">${msg("Loading…")}</span></div>`;
  }

  #failed(error: unknown, again: () => void): unknown {
    return html`<g-empty icon="warning" .heading=${msg("This did not work")} .text=${words(error)}>
      <button class="button primary" type="button" @click=${again}>${msg("Try again")}</button></g-empty>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-app": GApp;
  }
}
