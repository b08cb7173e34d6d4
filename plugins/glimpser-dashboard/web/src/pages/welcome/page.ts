// The first steps after setting up: the time zone, the first stream, a zone on it, and what the inbox is.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import type { Stream } from "../../api/types.js";
import "../../forms/form.js";
import type { Schema } from "../../forms/schema.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/screen.js";
import { regionsSchema } from "../stream-edit/draft.js";
import "../stream-edit/add.js";

const STEPS = ["stream", "zone", "inbox"] as const;
type Step = (typeof STEPS)[number];
type Values = Record<string, unknown>;

@customElement("page-welcome")
export class PageWelcome extends Page {
  static override styles = [
    Page.styles,
    css`
      :host {
        max-width: 80rem;
        margin: 0 auto;
      }
      .steps {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.5rem;
        margin-bottom: 1.25rem;
        color: var(--g-muted);
        font-size: var(--g-size-small);
      }
      .steps li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      .steps b {
        display: grid;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        border: 1px solid var(--g-line);
        border-radius: 50%;
        font-weight: 600;
      }
      .steps [aria-current] {
        color: var(--g-text);
      }
      .steps [aria-current] b,
      .steps .over b {
        border-color: transparent;
        background: var(--g-tint);
        color: var(--g-accent-text);
      }
      .lead {
        max-width: 44rem;
        margin-bottom: 1rem;
      }
      .zone {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 1rem;
      }
      .zone select {
        width: auto;
        max-width: 18rem;
      }
      .actions.begin {
        justify-content: start;
      }
      .live {
        display: block;
        max-width: 60rem;
        margin-bottom: 1rem;
      }
    `,
  ];

  @state() private regions: Values[] = [];
  @state() private stream: Stream | null = null;
  @state() private busy = false;
  #schema: Schema = regionsSchema();

  constructor() {
    super();
    new Watch(this, session, store.streams, store.open);
  }

  get heading(): string {
    return msg("First steps");
  }

  get #step(): Step {
    const asked = STEPS.find((step) => step === this.query.get("step"));
    return asked && (asked === "stream" || this.#stream) ? asked : "stream";
  }

  get #stream(): Stream | undefined {
    return store.streams.get(this.query.get("stream") ?? "") ?? this.stream ?? undefined;
  }

  override render(): unknown {
    const step = this.#step;
    const names = { stream: msg("A stream"), zone: msg("A zone"), inbox: msg("What happens") };
    return html`<div class="bar"><h1>${msg("First steps")}</h1><span class="gap"></span>
        <a class="button ghost" href=${at("")}>${msg("Skip")}</a></div>
      <ol class="steps">${STEPS.map(
        (
          one,
          n,
        ) => html`<li class=${STEPS.indexOf(step) > n ? "over" : ""} aria-current=${one === step ? "step" : nothing}>
          <b>${n + 1}</b>${names[one]}</li>`,
      )}</ol>
      ${step === "stream" ? this.#first() : step === "zone" ? this.#second(this.#stream!) : this.#third(this.#stream!)}`;
  }

  #first(): unknown {
    const zone = session.me?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`<div class="zone">
        <label for="zone">${msg("Times are shown in")}</label>
        <select id="zone" @change=${this.#zone}>${Intl.supportedValuesOf("timeZone")
          .concat(Intl.supportedValuesOf("timeZone").includes(zone) ? [] : [zone])
          .map(
            (one) => html`<option value=${one} ?selected=${one === zone}>${one.replaceAll("_", " ")}</option>`,
          )}</select>
      </div>
      <p class="lead muted">${msg("What do you want to watch? A camera, a video server, a picture on the web, or a file.")}</p>
      <g-stream-add short @added=${this.#added}></g-stream-add>`;
  }

  #zone(event: Event): void {
    const timezone = (event.target as HTMLSelectElement).value;
    void tell(async () => {
      await api.PATCH("/api/me", { params: { header: match("*") }, body: { timezone } as never });
      await session.refresh();
    });
  }

  #added(event: CustomEvent<Stream>): void {
    this.stream = event.detail;
    this.regions = event.detail.regions as Values[];
    // Who drew a zone already has done the second step.
    router.ask({ step: this.regions.length ? "inbox" : "zone", stream: event.detail.id }, { push: true });
  }

  #second(stream: Stream): unknown {
    return html`<p class="lead muted">${msg("Press Zone and pull a rectangle over what matters, such as a door. Events then say when something moves there.")}</p>
      <form class="card" novalidate @submit=${this.#save}>
        <g-schema-form .schema=${this.#schema} .value=${{ regions: this.regions }} .subject=${{ stream: stream.id }}
          @changed=${(event: CustomEvent<Values>) => {
            this.regions = (event.detail.regions ?? []) as Values[];
          }}></g-schema-form>
        <div class="actions">
          <button class="button" type="button" @click=${() => this.#on()}>${msg("Without a zone")}</button>
          <button class="button primary" ?disabled=${this.busy || !this.regions.length}>${msg("Save the zone")}</button>
        </div>
      </form>`;
  }

  #on(): void {
    router.ask({ step: "inbox" }, { push: true });
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const stream = this.#stream!;
    this.busy = true;
    await tell(async () => {
      const now = await body(api.GET("/api/streams/{stream_id}", { params: { path: { stream_id: stream.id } } }));
      const params = { path: { stream_id: stream.id }, header: match(now) };
      store.streams.put(
        await body(api.PATCH("/api/streams/{stream_id}", { params, body: { regions: this.regions } as never })),
      );
      toast(msg("The zone was saved."), "good");
      this.#on();
    });
    this.busy = false;
  };

  #third(stream: Stream): unknown {
    const open = store.open.of(stream.id);
    return html`<p class="lead muted" role="status">${
      open.length
        ? msg("Something moves right now. It is in the inbox.")
        : msg("This is live. When something moves, the picture gets a red frame, and the inbox keeps what happened.")
    }</p>
    <g-screen class="live" .stream=${stream} .open=${open}></g-screen>
    <div class="actions begin">
      <a class="button" href=${at("streams/new")}>${msg("Another stream")}</a>
      <a class="button" href=${at("")}>${msg("To the wall")}</a>
      <a class="button primary" href=${at("review")}>${msg("To the inbox")}</a>
    </div>`;
  }
}
