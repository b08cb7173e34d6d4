// Sharing a stream, a wall or an event: for whom, until when, with which password; then the link, this once.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import "../people/choose-streams.js";
import { ends, moment } from "../people/ends.js";
import "../people/secret.js";

type ShareIn = components["schemas"]["ShareIn"];

@customElement("g-link-add")
export class GLinkAdd extends GElement {
  /** Id of the stream or event to begin with. */
  @property() stream = "";
  @property() event = "";
  /** Of a wall to begin with. */
  @property({ attribute: false }) streams: string[] = [];
  @property() called = "";
  @state() private link = "";
  @state() private kind = "stream";
  @state() private until = "7";

  #form = new Form(this, async (values) => {
    const picked = this.until === "date" ? moment(text(values, "expires_at")) : ends(this.until);
    if (!picked) {
      this.#form.complain("expires_at", msg("This is needed."));
      return;
    }
    const what = this.event
      ? { event: this.event }
      : this.kind === "wall"
        ? { streams: this.streams }
        : { stream: text(values, "stream") };
    const password = text(values, "password");
    const asked = { name: text(values, "name").trim(), expires_at: picked, ...what, ...(password ? { password } : {}) };
    this.link = (await body(api.POST("/api/share-links", { body: asked as ShareIn }))).link;
  });

  constructor() {
    super();
    new Watch(this, store.streams);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.streams.length) this.kind = "wall";
  }

  override render(): unknown {
    const heading = this.link ? msg("Here is the link") : this.event ? msg("Share this event") : msg("Share");
    return html`<g-dialog .heading=${heading} @closed=${() => this.dispatchEvent(new Event("closed"))}>
      ${
        this.link
          ? html`<div class="stack"><p>${msg("Hand it over now: it is shown this once, and can be revoked at any time.")}</p>
              <g-secret .value=${this.link} .label=${msg("The link")}></g-secret></div>`
          : this.#asked()
      }
    </g-dialog>`;
  }

  #asked(): unknown {
    return html`<form novalidate @submit=${this.#form.submit}>
      ${this.event ? nothing : this.#what()}
      ${this.#form.field({ label: msg("Name"), name: "name", required: true, maxlength: 200, value: this.called, autofocus: true, hint: msg("Visitors read it.") })}
      ${this.#form.field({
        label: msg("Ends"),
        name: "until",
        value: this.until,
        options: [
          ["1", msg("Tomorrow")],
          ["7", msg("In 7 days")],
          ["30", msg("In 30 days")],
          ["date", msg("At a time of your choice")],
        ],
        change: (event) => {
          this.until = (event.target as HTMLSelectElement).value;
        },
      })}
      ${this.until === "date" ? this.#form.field({ label: msg("At"), name: "expires_at", type: "datetime-local", required: true }) : nothing}
      ${this.#form.field({ label: msg("Password, if visitors shall need one"), name: "password", type: "password", autocomplete: "new-password", maxlength: 1024 })}
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Make the link")}</button>
    </form>`;
  }

  #what(): unknown {
    const shared = store.streams.list.filter((stream) => stream.can.includes("streams.share"));
    return html`${this.#form.field({
      label: msg("Share"),
      name: "kind",
      value: this.kind,
      options: [
        ["stream", msg("One stream, live")],
        ["wall", msg("A wall of several")],
      ],
      change: (event) => {
        this.kind = (event.target as HTMLSelectElement).value;
      },
    })}
    ${
      this.kind === "wall"
        ? html`<g-choose-streams some .chosen=${this.streams} @chosen=${(event: CustomEvent<string[]>) => {
            this.streams = event.detail;
          }}></g-choose-streams>`
        : this.#form.field({
            label: msg("Stream"),
            name: "stream",
            value: this.stream,
            options: shared.map((stream) => [stream.id, stream.name] as const),
          })
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-link-add": GLinkAdd;
  }
}
