// Changing a stream: only what was changed is sent, and nobody's change is lost unseen.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import type { Stream } from "../../api/types.js";
import { diff, same } from "../../forms/patch.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { store } from "../../state/store.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/screen.js";
import { type Draft, drafted, type Group, type Kind } from "./draft.js";
import type { GStreamForm } from "./form.js";
import "./form.js";
import { footStyles } from "./styles.js";
import { Unsaved } from "./unsaved.js";

@customElement("page-stream-edit")
export class PageStreamEdit extends Page {
  static override styles = [
    Page.styles,
    footStyles,
    css`
      :host {
        max-width: 80rem;
      }
      .conflict {
        display: grid;
        gap: 0.5rem;
        margin-bottom: 1rem;
        border-color: var(--g-warn);
      }
      .conflict .actions {
        justify-content: start;
      }
    `,
  ];

  @state() private stream: Stream | null = null;
  @state() private kind: Kind | null = null;
  @state() private groups: Group[] = [];
  @state() private draft: Draft | null = null;
  /** What the stream is by now, where somebody else changed it meanwhile. */
  @state() private newer: Stream | null = null;
  @state() private saving = false;
  @state() private problem = "";
  @state() private failure: unknown = null;
  #base: Draft | null = null;
  #saved = false;
  #of = "";

  constructor() {
    super();
    new Watch(this, store.streams);
    new Unsaved(this, () => !this.#saved && this.#changed);
  }

  get heading(): string {
    return this.stream ? msg(str`Edit ${this.stream.name}`) : msg("Edit a stream");
  }

  get #changed(): boolean {
    return Boolean(this.draft && this.#base && !same(this.draft, this.#base));
  }

  protected override willUpdate(): void {
    if (this.params.stream_id && this.params.stream_id !== this.#of) {
      this.#of = this.params.stream_id;
      void this.#read();
    }
  }

  #ask(): Promise<Stream> {
    return body(api.GET("/api/streams/{stream_id}", { params: { path: { stream_id: this.#of } } }));
  }

  async #read(): Promise<void> {
    this.failure = null;
    try {
      const [stream, kinds, groups] = await Promise.all([
        this.#ask(),
        body(api.GET("/api/source-kinds")),
        body(api.GET("/api/stream-groups", { params: { query: { limit: 500 } } })),
      ]);
      this.kind = kinds.find((kind) => kind.kind === stream.kind) ?? null;
      this.groups = groups;
      this.#take(stream);
    } catch (error) {
      this.failure = error;
    }
  }

  /** Begin with what the hub has. */
  #take(stream: Stream): void {
    this.stream = stream;
    this.#base = drafted(stream);
    this.draft = drafted(stream);
    this.newer = null;
    this.problem = "";
  }

  override render(): unknown {
    if (this.failure) {
      return html`<g-empty icon="warning" .heading=${msg("This stream cannot be read")} .text=${words(this.failure)}>
        <button class="button primary" type="button" @click=${() => void this.#read()}>${msg("Try again")}</button></g-empty>`;
    }
    const { stream, draft, kind } = this;
    if (!stream || !draft) return nothing;
    if (!stream.can.includes("streams.configure")) {
      return html`<g-empty icon="lock" .heading=${msg("You may not change this stream")}
        .text=${msg("Your role does not allow it. Ask who runs this hub if you need it.")}></g-empty>`;
    }
    if (!kind) {
      return html`<g-empty icon="plugin" .heading=${msg("The plugin of this stream is not running")}
        .text=${msg(str`Its kind is ${stream.kind}. Look at the plugins to see why.`)}></g-empty>`;
    }
    return html`<div class="bar">
        <a class="button ghost square" href=${at(`streams/${stream.id}`)} title=${msg("Back")} aria-label=${msg("Back")}><g-icon name="back"></g-icon></a>
        <h1>${stream.name}</h1>
      </div>
      ${this.newer ? this.#conflict(this.newer) : nothing}
      <form class="whole" novalidate @submit=${this.#save}>
        <g-stream-form .kind=${kind} .draft=${draft} .groups=${this.groups} .stream=${stream.id} .kept=${this.#base?.config ?? {}}
          @changed=${(event: CustomEvent<Draft>) => {
            this.draft = event.detail;
          }}><g-screen slot="aside" .stream=${store.streams.get(stream.id) ?? stream}></g-screen></g-stream-form>
        <div class="foot">
          <p class="wrong" role="alert" ?hidden=${!this.problem}>${this.problem}</p><span class="gap"></span>
          <button class="button" type="button" ?disabled=${!this.#changed} @click=${() => this.#take(stream)}>${msg("Discard changes")}</button>
          <button class="button primary" ?disabled=${this.saving || !this.#changed}>${msg("Save")}</button>
        </div>
      </form>`;
  }

  #conflict(newer: Stream): unknown {
    const theirs = diff(this.#base!, drafted(newer));
    const names = Object.keys(theirs).join(", ");
    return html`<section class="card conflict" role="alert">
      <h2>${msg("Somebody else changed this stream meanwhile")}</h2>
      <p>${names ? msg(str`Changed there: ${names}.`) : msg("Nothing of it concerns this form.")} ${msg("Yours is not saved yet.")}</p>
      <div class="actions">
        <button class="button primary" type="button" @click=${() => this.#onTop(newer)}>${msg("Save mine on top")}</button>
        <button class="button" type="button" @click=${() => this.#take(newer)}>${msg("Take theirs, lose mine")}</button>
      </div>
    </section>`;
  }

  /** What was changed here, and only that, is changed in theirs. */
  async #onTop(newer: Stream): Promise<void> {
    this.stream = newer;
    this.newer = null;
    await this.#send();
  }

  get #form(): GStreamForm | null {
    return this.renderRoot.querySelector("g-stream-form");
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!this.saving && this.#form?.check()) await this.#send();
  };

  async #send(): Promise<void> {
    const { stream, draft } = this;
    this.saving = true;
    this.problem = "";
    try {
      const params = { path: { stream_id: stream!.id }, header: match(stream!) };
      const patch = diff(this.#base!, draft!);
      const saved = await body(api.PATCH("/api/streams/{stream_id}", { params, body: patch as never }));
      store.streams.put(saved);
      this.#saved = true;
      toast(msg("Saved."), "good");
      router.go(`streams/${saved.id}`);
    } catch (error) {
      await this.#refused(error);
    }
    this.saving = false;
  }

  async #refused(error: unknown): Promise<void> {
    if (error instanceof Refused && error.status === 412) {
      this.newer = await this.#ask().catch(() => null);
      if (this.newer) scrollTo({ top: 0 });
      else this.problem = words(error);
      return;
    }
    const placed = error instanceof Refused && error.fields.size > 0 && this.#form?.complain(error.fields);
    this.problem = placed ? msg("Something above is not right yet.") : words(error);
  }
}
