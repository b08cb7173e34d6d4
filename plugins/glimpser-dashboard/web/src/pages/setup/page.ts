// The first administrator, by the one-time link that the hub printed.

import { msg } from "@lit/localize";
import { html, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import "../../ui/door.js";
import { focusFirst, Page } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { newPassword, typedTwice } from "../../ui/passwords.js";

type Zone = NonNullable<components["schemas"]["MePatch"]["timezone"]>;

@customElement("page-setup")
export class PageSetup extends Page {
  @state() private needed: boolean | null = null;

  /** From the link, which may be opened in a page that stands here already. */
  get #token(): string {
    return new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  }

  #form = new Form(this, async (values) => {
    const password = typedTwice(this.#form, values);
    if (password === null) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await api.POST("/api/auth/setup/signup", {
      body: { token: this.#token, name: text(values, "name").trim(), password },
    });
    await session.enter();
    // A display zone from the start, so that times are one's own on every device; it can be changed at any time.
    if (zone)
      await api.PATCH("/api/me", { params: { header: match("*") }, body: { timezone: zone as Zone } }).catch(() => {});
    router.wanted = null;
    router.go("welcome", { replace: true });
  });

  constructor() {
    super();
    new Watch(this, router);
  }

  get heading(): string {
    return msg("Set up");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void body(api.GET("/api/auth/setup/needed")).then(
      ({ needed }) => {
        this.needed = needed;
      },
      () => {
        this.needed = true;
      },
    );
  }

  override render(): unknown {
    if (this.needed === null) return "";
    if (!this.needed) {
      return html`<g-door .heading=${msg("Already set up")}>
        <p>${msg("This hub has an administrator.")}</p>
        <a class="button primary wide" href=${at("login")}>${msg("Sign in")}</a>
      </g-door>`;
    }
    if (!this.#token) {
      return html`<g-door .heading=${msg("Welcome to Glimpser")}>
        <p>${msg("This hub has no administrator yet. Open the set-up link that it printed when it started, or get a new one on the machine where it runs:")}</p>
        <pre tabindex="0">glimpser setup-link</pre>
      </g-door>`;
    }
    return html`<g-door .heading=${msg("Welcome to Glimpser")}>
      <p class="muted">${msg("Create the first administrator. The link works once.")}</p>
      <form novalidate @submit=${this.#form.submit}>
        ${this.#form.field({
          label: msg("Your name"),
          name: "name",
          required: true,
          autofocus: true,
          autocomplete: "username",
          maxlength: 64,
        })}
        ${newPassword(this.#form, { first: msg("Password"), again: msg("Password again") })}
        ${this.#form.trouble()}
        <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Create administrator")}</button>
      </form>
    </g-door>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("needed")) void focusFirst(this.shadowRoot);
  }
}
