// Signing in: with a password, or at a provider; then perhaps a second factor.

import { msg, str } from "@lit/localize";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell } from "../../state/toasts.js";
import "../../ui/door.js";
import { focusFirst, Page } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { waitOf, whyNot } from "./problems.js";

type Methods = components["schemas"]["MethodsOut"];

@customElement("page-login")
export class PageLogin extends Page {
  static override styles = [
    Page.styles,
    css`
      .or {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
      }
      .or::before,
      .or::after {
        content: "";
        flex: 1;
        border-top: 1px solid var(--g-line);
      }
    `,
  ];

  @state() private methods: Methods | null = null;
  /** Set while the second factor is asked for. */
  @state() private challenge = new URLSearchParams(location.hash.slice(1)).get("challenge") ?? "";
  #problem = new URLSearchParams(location.search).get("problem") ?? "";

  #password = new Form(this, async (values) => {
    const given = { name: text(values, "name").trim(), password: text(values, "password") };
    try {
      await api.POST("/api/auth/login", { body: given });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "auth.mfa_required") throw waitOf(error);
      this.challenge = String(error.params.challenge);
      return;
    }
    await this.#enter();
  });

  #code = new Form(this, async (values) => {
    const given = {
      challenge: this.challenge,
      code: text(values, "code").trim(),
      trust_device: values.has("trust_device"),
    };
    await api.POST("/api/auth/mfa/verify", { body: given });
    await this.#enter();
  });

  get heading(): string {
    return msg("Sign in");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.challenge) this.#cameBack();
    else void tell(() => this.#offer());
  }

  /** A provider proved who it is, and the account has a second factor. What that is for does not stay in the history. */
  #cameBack(): void {
    const next = new URLSearchParams(location.search).get("next");
    if (next) router.wanted = next.replace(/^\/+/, "");
    history.replaceState(null, "", at("login"));
  }

  /** One that knows already who is asking is gone to at once, unless somebody came here on purpose. */
  async #offer(): Promise<void> {
    this.methods = await body(api.GET("/api/auth/methods"));
    const known = this.methods.providers.find((provider) => provider.automatic);
    if (known && router.wanted !== null && !this.#problem) location.replace(this.#way(known.id));
  }

  #way(provider: string): string {
    return at(`api/auth/sso/${provider}?${new URLSearchParams({ next: `/${router.wanted ?? ""}` })}`);
  }

  async #enter(): Promise<void> {
    await session.enter();
    router.proceed();
  }

  override render(): unknown {
    return this.challenge ? this.#second() : this.#first();
  }

  #first(): unknown {
    const { methods } = this;
    const providers = methods?.providers ?? [];
    const passwords = methods?.password ?? true;
    return html`<g-door .heading=${msg("Sign in")}>
      ${this.#problem ? html`<p class="wrong" role="alert">${whyNot(this.#problem)}</p>` : nothing}
      ${
        passwords
          ? html`<form novalidate @submit=${this.#password.submit}>
            ${this.#password.field({
              label: msg("Name"),
              name: "name",
              required: true,
              autocomplete: "username",
              maxlength: 64,
              autofocus: true,
            })}
            ${this.#password.field({
              label: msg("Password"),
              name: "password",
              type: "password",
              required: true,
              autocomplete: "current-password",
              maxlength: 1024,
            })}
            ${this.#password.trouble()}
            <button class="button primary wide" ?disabled=${this.#password.busy}>${msg("Sign in")}</button>
          </form>`
          : nothing
      }
      ${passwords && providers.length ? html`<p class="or">${msg("or")}</p>` : nothing}
      ${providers.map(
        ({ id, title }) => html`<a class="button wide" href=${this.#way(id)}>${msg(str`Sign in with ${title}`)}</a>`,
      )}
      ${
        methods && !passwords && !providers.length
          ? html`<p class="muted">${msg("No way to sign in is installed. On the hub's machine: pip install glimpser-password")}</p>`
          : nothing
      }
    </g-door>`;
  }

  #second(): unknown {
    return html`<g-door .heading=${msg("One more step")}>
      <form novalidate @submit=${this.#code.submit}>
        ${this.#code.field({
          label: msg("Code"),
          name: "code",
          required: true,
          autocomplete: "one-time-code",
          maxlength: 64,
          autofocus: true,
          hint: msg("Of your authenticator app, or a recovery code."),
        })}
        ${this.#code.field({ label: msg("Trust this browser for 30 days"), name: "trust_device", type: "checkbox" })}
        ${this.#code.trouble()}
        <button class="button primary wide" ?disabled=${this.#code.busy}>${msg("Continue")}</button>
      </form>
      <button class="button ghost" type="button" @click=${this.#again}>${msg("Begin again")}</button>
    </g-door>`;
  }

  #again(): void {
    this.challenge = "";
    if (!this.methods) void tell(() => this.#offer());
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("challenge")) void focusFirst(this.shadowRoot);
  }
}
