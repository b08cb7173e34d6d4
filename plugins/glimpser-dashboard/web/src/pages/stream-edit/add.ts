// Adding a stream, step by step: the address, then all the rest on one page. Also part of the first steps.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import type { Stream } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";
import "../../ui/empty.js";
import { Form, text } from "../../ui/form.js";
import { begun, type Draft, type Group, type Kind, nameFrom, type Tried } from "./draft.js";
import type { GStreamForm } from "./form.js";
import "./form.js";
import { attempt } from "./probe.js";
import { footStyles } from "./styles.js";

@customElement("g-stream-add")
export class GStreamAdd extends GElement {
  static override styles = [
    GElement.styles,
    footStyles,
    css`
      .ask {
        max-width: 44rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      .line > :first-child {
        flex: 1 1 20rem;
      }
      summary {
        width: fit-content;
        min-height: 1.75rem;
        color: var(--g-muted);
        cursor: pointer;
      }
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr));
        gap: 0.5rem;
        padding-top: 0.75rem;
      }
      .kinds .button {
        display: grid;
        justify-items: start;
        gap: 0.125rem;
        padding: 0.75rem 1rem;
        text-align: start;
        font-weight: 600;
      }
      .kinds .hint {
        font-weight: 400;
      }
    `,
  ];

  /** An address to begin with: it is looked at once. */
  @property() url = "";
  /** Ask only for what must be known to begin. */
  @property({ type: Boolean }) short = false;
  @state() private kinds: Kind[] | null = null;
  @state() private groups: Group[] = [];
  @state() private kind: Kind | null = null;
  @state() private draft: Draft | null = null;
  @state() private tried: Tried | null = null;
  @state() private looking = false;
  @state() private saving = false;
  @state() private problem = "";
  #begun = "";

  #ask = new Form(this, async (values) => {
    await this.#look(text(values, "url").trim());
  });

  /** Whether something would be lost. */
  get dirty(): boolean {
    return this.draft !== null && JSON.stringify(this.draft) !== this.#begun;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(() => this.#read());
  }

  async #read(): Promise<void> {
    const [kinds, groups] = await Promise.all([
      body(api.GET("/api/source-kinds")),
      session.can("streams.view") ? body(api.GET("/api/stream-groups", { params: { query: { limit: 500 } } })) : [],
    ]);
    this.groups = groups;
    this.kinds = kinds;
    if (!this.url) return;
    await this.updateComplete;
    this.renderRoot.querySelector("form")?.requestSubmit();
  }

  async #look(url: string): Promise<void> {
    this.looking = true;
    try {
      const tried = await attempt({ url });
      const kind = this.kinds!.find((one) => one.kind === tried.kind);
      if (!kind) return;
      this.tried = tried;
      this.#begin(kind, { url }, nameFrom(url));
      if (tried.errors.length) {
        await this.updateComplete;
        this.#form?.complain(new Map(tried.errors.map((error) => [error.field, error.message])));
      }
    } finally {
      this.looking = false;
    }
  }

  #begin(kind: Kind, config: Record<string, unknown>, name: string): void {
    this.kind = kind;
    this.draft = begun(kind, config, name);
    this.#begun = "";
  }

  get #form(): GStreamForm | null {
    return this.renderRoot.querySelector("g-stream-form");
  }

  override render(): unknown {
    if (!this.kinds) return nothing;
    if (!this.kinds.length) {
      return html`<g-empty icon="plugin" .heading=${msg("No plugin with a source is installed")}
        .text=${msg("On the hub's machine: pip install glimpser-ffmpeg")}></g-empty>`;
    }
    return this.draft && this.kind ? this.#rest(this.kind, this.draft) : this.#first(this.kinds);
  }

  #first(kinds: Kind[]): unknown {
    return html`<section class="card ask stack">
      <form novalidate @submit=${this.#ask.submit}>
        <div class="line">
          ${this.#ask.field({
            label: msg("Address"),
            name: "url",
            required: true,
            value: this.url,
            inputmode: "url",
            maxlength: 4096,
            autofocus: true,
            placeholder: "rtsp://192.168.1.20/stream1",
          })}
          <button class="button primary" ?disabled=${this.looking}>${this.looking ? msg("Looking…") : msg("Look")}</button>
        </div>
        <p class="hint">${msg("Paste what the device's manual or app calls its stream address. Nothing is kept before you say so.")}</p>
        ${this.#ask.trouble()}
      </form>
      <details><summary>${msg("Or choose what it is")}</summary>
        <div class="kinds">${kinds.map(
          (kind) => html`<button class="button" type="button" @click=${() => this.#begin(kind, {}, "")}>
            ${said(kind.title)}<span class="hint">${said(kind.description)}</span></button>`,
        )}</div>
      </details>
    </section>`;
  }

  #rest(kind: Kind, draft: Draft): unknown {
    return html`<form class="whole" novalidate @submit=${this.#save}>
      <g-stream-form ?short=${this.short} .kind=${kind} .draft=${draft} .groups=${this.groups} .tried=${this.tried}
        @changed=${(event: CustomEvent<Draft>) => {
          this.draft = event.detail;
        }}></g-stream-form>
      <div class="foot">
        <p class="wrong" role="alert" ?hidden=${!this.problem}>${this.problem}</p><span class="gap"></span>
        <button class="button" type="button" @click=${this.#back}>${msg("Another address")}</button>
        <button class="button primary" ?disabled=${this.saving}>${msg("Add stream")}</button>
      </div>
    </form>`;
  }

  #back(): void {
    this.url = String(this.draft?.config.url ?? "");
    this.draft = null;
    this.tried = null;
    this.problem = "";
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = this.#form;
    if (this.saving || !form?.check()) return;
    this.saving = true;
    this.problem = "";
    try {
      const stream: Stream = await body(api.POST("/api/streams", { body: this.draft as never }));
      store.streams.put(stream);
      this.#begun = JSON.stringify(this.draft);
      this.dispatchEvent(new CustomEvent("added", { detail: stream }));
    } catch (error) {
      const placed = error instanceof Refused && error.fields.size > 0 && form.complain(error.fields);
      this.problem = placed ? msg("Something above is not right yet.") : words(error);
    }
    this.saving = false;
  };

  protected override updated(): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>("input[autofocus]");
    if (!field || this.#focused) return;
    this.#focused = true;
    field.focus();
  }
  #focused = false;
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-add": GStreamAdd;
  }
}
