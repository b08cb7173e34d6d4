// A link by which others watch a stream without an account.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { Stream } from "../../api/types.js";
import { copyLink } from "../../ui/clipboard.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";

const HOUR = 3_600_000;

@customElement("g-share-stream")
export class GShareStream extends GElement {
  @property({ attribute: false }) stream!: Stream;
  @state() private link = "";
  #form = new Form(this, async (values) => {
    const ends = new Date(Date.now() + Number(text(values, "hours")) * HOUR).toISOString();
    const password = text(values, "password");
    const given = {
      name: text(values, "name"),
      stream: this.stream.id,
      expires_at: ends,
      ...(password && { password }),
    };
    this.link = (await body(api.POST("/api/share-links", { body: given }))).link;
  });

  override render(): unknown {
    return html`<g-dialog .heading=${msg("Share this stream")} @closed=${() => this.dispatchEvent(new Event("closed"))}>${this.link ? this.#made() : this.#ask()}</g-dialog>`;
  }

  #ask(): unknown {
    const hours = [
      ["1", msg("1 hour")],
      ["24", msg("1 day")],
      ["168", msg("7 days")],
      ["720", msg("30 days")],
    ] as const;
    return html`<form novalidate @submit=${this.#form.submit}>
      <p class="muted">${msg("Whoever has the link sees the live picture until it ends.")}</p>
      ${this.#form.field({ label: msg("Name"), name: "name", required: true, value: this.stream.name, maxlength: 200, hint: msg("Visitors read it.") })}
      ${this.#form.field({ label: msg("Ends after"), name: "hours", options: hours, value: "24" })}
      ${this.#form.field({ label: msg("Password"), name: "password", type: "password", autocomplete: "new-password", maxlength: 1024, hint: msg("Optional; asked of visitors.") })}
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Create link")}</button>
    </form>`;
  }

  #made(): unknown {
    return html`<div class="stack">
      <p>${msg("This link is shown only now. Copy it.")}</p>
      <input readonly aria-label=${msg("Link")} .value=${this.link} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
      <button class="button primary wide" type="button" @click=${this.#copy}>${msg("Copy link")}</button>
    </div>`;
  }

  #copy(): void {
    void copyLink(this.link, () => this.shadowRoot?.querySelector("input")?.select());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-share-stream": GShareStream;
  }
}
