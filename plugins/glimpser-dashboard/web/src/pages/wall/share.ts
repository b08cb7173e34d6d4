// A link to a wall for who has no account: a screen in the hall, a neighbour.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { at } from "../../root.js";
import type { Wall } from "../../state/walls.js";
import { copyLink } from "../../ui/clipboard.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import "../../ui/icon.js";

const HOUR = 3600_000;

@customElement("wall-share")
export class WallShare extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .link {
        display: flex;
        gap: 0.5rem;
      }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) streams: string[] = [];
  /** The wall as it is arranged; null: every stream. */
  @property({ attribute: false }) wall: Wall | null = null;
  @state() private link = "";

  #form = new Form(this, async (values) => {
    const made = await body(
      api.POST("/api/share-links", {
        body: {
          name: text(values, "name").trim(),
          streams: this.streams,
          layout: this.#layout,
          expires_at: new Date(Date.now() + Number(text(values, "hours")) * HOUR).toISOString(),
          password: text(values, "password") || null,
        },
      }),
    );
    this.link = made.link;
  });

  /** Visitors see it as it is now: what is changed later is no business of theirs. */
  get #layout(): Pick<Wall, "columns" | "rows" | "rotation_s" | "tiles"> | null {
    if (!this.wall) return null;
    const { columns, rows, rotation_s } = this.wall;
    const tiles = this.wall.tiles.filter(({ stream_id }) => this.streams.includes(stream_id));
    return { columns, rows, rotation_s, tiles };
  }

  override render(): unknown {
    return html`<g-dialog .heading=${msg("Share this wall by link")} @closed=${() => this.dispatchEvent(new Event("closed"))}>
      ${this.link ? this.#made() : this.#ask()}</g-dialog>`;
  }

  #ask(): unknown {
    const day = 24;
    return html`<form novalidate @submit=${this.#form.submit}>
      <p class="muted">${msg("Whoever has the link sees these streams live on the whole screen, arranged as they are now, without an account. You can revoke it at any time.")}</p>
      ${this.#form.field({ label: msg("What it is for"), name: "name", value: this.name, required: true, maxlength: 200 })}
      ${this.#form.field({
        label: msg("Ends after"),
        name: "hours",
        value: String(7 * day),
        options: [
          ["1", msg("One hour")],
          [String(day), msg("One day")],
          [String(7 * day), msg("One week")],
          [String(30 * day - 1), msg("30 days")],
        ],
      })}
      ${this.#form.field({
        label: msg("Password"),
        name: "password",
        type: "password",
        autocomplete: "new-password",
        maxlength: 1024,
        hint: msg("Leave it empty for a link that needs none."),
      })}
      ${this.#form.trouble()}
      <div class="actions"><button class="button primary" ?disabled=${this.#form.busy}>${msg("Make a link")}</button></div>
    </form>`;
  }

  #made(): unknown {
    return html`<div class="stack">
      <p>${msg("This is the link. It is shown this once.")}</p>
      <div class="link"><input readonly aria-label=${msg("Link")} .value=${this.link}
          @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
        <button class="button primary" type="button" @click=${this.#copy}>
          <g-icon name="link"></g-icon>${msg("Copy")}</button></div>
      <p class="muted small">${msg("Links that you made are listed where you manage sharing.")} <a href=${at("links")}>${msg("Share links")}</a></p>
    </div>`;
  }

  #copy(): void {
    void copyLink(this.link, () => this.shadowRoot?.querySelector("input")?.select());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "wall-share": WallShare;
  }
}
