// A new key: what it may do, where, until when; then its secret, this once.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import { byArea, catalogue } from "../people/catalogue.js";
import "../people/choose-streams.js";
import { ends } from "../people/ends.js";
import "../people/secret.js";

/** The scope by which a key does what else needs a fresh proof. */
const DANGEROUS = "admin:dangerous";

@customElement("g-key-add")
export class GKeyAdd extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .scopes {
        display: grid;
        gap: 0.75rem;
        max-height: 15rem;
        padding: 0.75rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-small);
        overflow: auto;
      }
      .scopes h3 {
        margin-bottom: 0.25rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
      }
      .scopes ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr));
        gap: 0 0.75rem;
      }
      label.scope {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 1.75rem;
      }
    `,
  ];

  /** One that was revoked, to begin with what it was allowed. */
  @property({ attribute: false }) like: components["schemas"]["KeyOut"] | null = null;
  @state() private secret = "";
  @state() private some = false;
  @state() private streams: string[] | null = null;

  #form = new Form(this, async (values) => {
    const scopes = [
      ...(this.some ? values.getAll("scope").map(String) : []),
      ...(values.has("dangerous") ? [DANGEROUS] : []),
    ];
    const made = await body(
      api.POST("/api/api-keys", {
        body: {
          name: text(values, "name").trim(),
          scopes,
          streams: this.streams,
          expires_at: ends(text(values, "ends")),
        },
      }),
    );
    this.secret = made.key;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.some = this.like?.scopes.some((scope) => scope !== DANGEROUS) ?? false;
    this.streams = this.like?.streams ?? null;
    if (!catalogue.loaded) void catalogue.load().catch(() => {});
  }

  override render(): unknown {
    return html`<g-dialog .heading=${this.secret ? msg("Here is the key") : msg("New key")} @closed=${() => this.dispatchEvent(new Event("closed"))}>
      ${
        this.secret
          ? html`<div class="stack"><p>${msg("Give it to the program now: nobody can read it again.")}</p>
              <g-secret .value=${this.secret} .label=${msg("The key")}></g-secret></div>`
          : this.#asked()
      }
    </g-dialog>`;
  }

  #asked(): unknown {
    return html`<form novalidate @submit=${this.#form.submit}>
      ${this.#form.field({ label: msg("What it is for"), name: "name", required: true, maxlength: 200, value: this.like?.name ?? "", autofocus: true })}
      ${this.#form.field({
        label: msg("May do"),
        name: "some",
        value: this.some ? "some" : "",
        options: [
          ["", msg("All that you may do, now and later")],
          ["some", msg("Only some of it")],
        ],
        change: (event) => {
          this.some = (event.target as HTMLSelectElement).value === "some";
        },
      })}
      ${this.some ? this.#scopes() : nothing}
      <div class="field"><span class="label">${msg("Streams")}</span>
        <g-choose-streams .chosen=${this.streams} @chosen=${(event: CustomEvent<string[] | null>) => {
          this.streams = event.detail;
        }}></g-choose-streams></div>
      ${this.#form.field({
        label: msg("Ends"),
        name: "ends",
        value: "90",
        options: [
          ["7", msg("In 7 days")],
          ["30", msg("In 30 days")],
          ["90", msg("In 90 days")],
          ["365", msg("In a year")],
          ["", msg("Never")],
        ],
      })}
      ${this.#form.field({
        label: msg("Also dangerous things, without a fresh proof"),
        name: "dangerous",
        type: "checkbox",
        value: "1",
        hint: msg("Changing users, roles, plugins and settings, as far as the key may at all. Give this to few."),
      })}
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Make the key")}</button>
    </form>`;
  }

  #scopes(): unknown {
    const areas = byArea(session.me?.permissions ?? [], (id) => id);
    return html`<div class="scopes" role="group" aria-label=${msg("May do")} tabindex="0">${[...areas].map(
      ([name, permissions]) =>
        html`<div><h3>${said(name)}</h3><ul>${permissions.map(
          (id) => html`<li><label class="scope" title=${catalogue.title(id)}>
          <input type="checkbox" name="scope" value=${id} ?checked=${this.like?.scopes.includes(id)} /><span class="truncate">${id.slice(name.length + 1)}</span></label></li>`,
        )}</ul></div>`,
    )}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-key-add": GKeyAdd;
  }
}
