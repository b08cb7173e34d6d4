// What a share link shows: live pictures or one event, for whoever has the link. Its token is behind #.

import { msg } from "@lit/localize";
import { html, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { router } from "../../router.js";
import { Watch } from "../../state/watch.js";
import "../../ui/door.js";
import { focusFirst, Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { Form, text } from "../../ui/form.js";
import "./event.js";
import "./live.js";

type Shared = components["schemas"]["SharedOut"];

const REFRESH = 10_000;

@customElement("page-share")
export class PageShare extends Page {
  @state() private shared: Shared | null = null;
  @state() private locked = false;
  @state() private trouble: unknown = null;
  #token: string | null = null;
  #timer = 0;

  #form = new Form(this, async (values) => this.#open(text(values, "password")));

  constructor() {
    super();
    new Watch(this, router);
  }

  get heading(): string {
    return this.shared?.name ?? msg("Shared");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => void this.#refresh(), REFRESH);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override willUpdate(): void {
    const token = decodeURIComponent(location.hash.slice(1));
    if (token === this.#token) return;
    this.#token = token;
    this.shared = null;
    void this.#start();
  }

  get #gone(): boolean {
    return this.trouble instanceof Refused && this.trouble.status === 404;
  }

  async #start(): Promise<void> {
    this.locked = false;
    try {
      await this.#open();
      this.trouble = null;
    } catch (error) {
      this.shared = null;
      if (error instanceof Refused && error.code === "share.password_needed") this.locked = true;
      else this.trouble = error;
    }
  }

  async #open(password?: string): Promise<void> {
    const token = this.#token ?? "";
    this.shared = await body(api.POST("/api/auth/links/share", { body: { token, ...(password ? { password } : {}) } }));
    this.locked = false;
  }

  /** A screen in a hall is looked after by nobody: what did not work is tried again. */
  async #refresh(): Promise<void> {
    if (document.hidden) return;
    if (this.trouble && !this.#gone) return this.#start();
    if (!this.shared) return;
    const path = { link_id: this.shared.id };
    try {
      this.shared = await body(api.GET("/api/shared/{link_id}", { params: { path } }));
    } catch (error) {
      if (error instanceof Refused && error.status === 401) await this.#start();
    }
  }

  override render(): unknown {
    if (this.trouble) return this.#ended();
    if (this.locked) return this.#ask();
    const { shared } = this;
    if (!shared) return "";
    return shared.event
      ? html`<g-shared-event .shared=${shared}></g-shared-event>`
      : html`<g-shared-live .shared=${shared} @lost=${() => this.#refresh()}></g-shared-live>`;
  }

  #ask(): unknown {
    return html`<g-door .heading=${msg("Shared with you")}>
      <p class="muted">${msg("This link has a password. Who gave you the link knows it.")}</p>
      <form novalidate @submit=${this.#form.submit}>
        ${this.#form.field({
          label: msg("Password"),
          name: "password",
          type: "password",
          required: true,
          autofocus: true,
          maxlength: 1024,
        })}
        ${this.#form.trouble()}
        <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Show")}</button>
      </form>
    </g-door>`;
  }

  #ended(): unknown {
    const gone = this.#gone;
    return html`<g-empty icon="offline" .heading=${gone ? msg("This link shows nothing any more") : msg("This did not work")}
      .text=${
        gone ? msg("It has ended, or was never one. Ask whoever gave it to you for a new one.") : words(this.trouble)
      }>
      <button class="button primary" type="button" ?hidden=${gone} @click=${() => this.#start()}>${msg("Try again")}</button>
    </g-empty>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("locked") && this.locked) void focusFirst(this.shadowRoot);
  }
}
