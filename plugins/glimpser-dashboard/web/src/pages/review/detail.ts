// One activity: its clip or best picture, what happened in it, and what can be done with it.

import { msg, str } from "@lit/localize";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import type { Activity, Event as Happening } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { at, ROOT } from "../../root.js";
import { activities, protect } from "../../state/activities.js";
import { tell } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { levels } from "../../theme/dots.js";
import { copyLink } from "../../ui/clipboard.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { clock, lasted, streamName, typeName, when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/panels.js";
import { Pressed } from "./card.js";
import { detailStyles } from "./detail-styles.js";
import { length, severityKind, severityName, sure, what } from "./words.js";

const MOST_EVENTS = 50;
/** Of the events that are shown, so many with what plugins show of them. */
const MOST_PANELS = 10;

/** Tells `pressed` (mark), `closed`, and `step` with a `detail` of 1 or -1. */
@customElement("g-activity-detail")
export class GActivityDetail extends GElement {
  static override styles = [GElement.styles, levels, detailStyles];

  @property() activity = "";
  /** One of its events to point at. */
  @property() event = "";
  /** Whether there is one before and after it. */
  @property({ attribute: false }) steps: [boolean, boolean] = [false, false];
  @state() private events: Happening[] | null = null;
  @state() private problem: unknown = null;
  @state() private unplayable = false;
  #turn = 0;
  #read = "";

  constructor() {
    super();
    new Watch(this, activities);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("activity")) {
      this.events = null;
      this.unplayable = false;
      this.problem = null;
    }
    // The feed told of a change: there may be more events, or a clip by now.
    const known = activities.get(this.activity);
    const version = `${this.activity} ${known?.version} ${known?.clip_id} ${known?.snapshot_id}`;
    if (this.#read !== version || changed.has("activity")) {
      this.#read = version;
      void this.#load();
    }
  }

  async #load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const path = { activity_id: this.activity };
      const { events, ...activity } = await body(api.GET("/api/activities/{activity_id}", { params: { path } }));
      if (turn !== this.#turn) return;
      this.events = events;
      this.#read = `${activity.id} ${activity.version} ${activity.clip_id} ${activity.snapshot_id}`;
      activities.put(activity);
    } catch (error) {
      if (turn === this.#turn) this.problem = error;
    }
  }

  #closed(): void {
    this.dispatchEvent(new Event("closed"));
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 }[event.key];
    if ((event.composedPath()[0] as HTMLElement).matches("input, video")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) this.dispatchEvent(new CustomEvent("step", { detail: step }));
    else if (event.key === "r") this.dispatchEvent(new Pressed("mark", this.activity));
    else return;
    event.preventDefault();
  }

  override render(): unknown {
    const activity = activities.get(this.activity);
    const gone = this.problem instanceof Refused && this.problem.status === 404;
    return html`<g-dialog size="large" .heading=${activity ? what(activity) : msg("Activity")} @closed=${this.#closed} @keydown=${this.#key}>
      ${
        activity && !gone
          ? this.#shown(activity)
          : this.problem
            ? html`<p role="alert">${gone ? msg("This activity is gone, or not for you to see.") : words(this.problem)}</p>`
            : html`<div class="stage waiting" role="status"><span class="unseen">${msg("Loading…")}</span></div>`
      }
    </g-dialog>`;
  }

  #shown(activity: Activity): unknown {
    return html`<div class="detail" data-activity=${activity.id}>
      ${this.#stage(activity)}
      <div class="facts">
        <a class="stream" href=${at(`streams/${activity.stream_id}`)}>${streamName(activity.stream_id)}</a>
        <span>${when(activity.started_at)}</span><span>${length(activity)}</span>
        <span class="gap"></span>
        <span class="chip ${severityKind(activity.severity)}">${severityName(activity.severity)}</span>
        ${activity.score === null ? nothing : html`<span class="chip">${msg(str`${sure(activity.score)} sure`)}</span>`}
        ${activity.reviewed ? html`<span class="chip good"><g-icon name="check"></g-icon>${msg("Reviewed")}</span>` : nothing}
        ${activity.protected ? html`<span class="chip"><g-icon name="lock"></g-icon>${msg("Protected")}</span>` : nothing}
      </div>
      ${this.#list()} ${this.#actions(activity)}
    </div>`;
  }

  #stage({ snapshot_id, clip_id }: Activity): unknown {
    const picture = snapshot_id ? at(`api/snapshots/${snapshot_id}/image`) : nothing;
    if (clip_id && !this.unplayable) {
      return html`<div class="stage"><video src=${at(`api/clips/${clip_id}/file`)} poster=${picture} .muted=${true} controls autoplay
        playsinline @error=${() => {
          this.unplayable = true;
        }}></video></div>`;
    }
    return html`<div class="stage">${
      snapshot_id
        ? html`<img src=${picture} alt=${msg("The best picture")} />`
        : html`<p class="muted">${msg("No picture was kept.")}</p>`
    }</div>
    ${this.unplayable ? html`<p class="wrong" role="alert">${msg("This browser cannot play the clip. Download it instead.")}</p>` : nothing}`;
  }

  #list(): unknown {
    if (this.problem) return html`<p class="wrong" role="alert">${words(this.problem)}</p>`;
    const all = this.events ?? [];
    // The one that is pointed at is among those that are shown.
    const at = Math.max(0, all.findIndex(({ id }) => id === this.event) - MOST_EVENTS + 1);
    const events = all.slice(at);
    return html`<ol class="events" aria-label=${msg("Events")} aria-busy=${this.events === null}>
      ${events.slice(0, MOST_EVENTS).map(
        (
          event,
          n,
        ) => html`<li aria-current=${event.id === this.event ? "true" : nothing}><span class="level ${severityKind(event.severity)}"></span>
          <time datetime=${event.started_at}>${clock(event.started_at)}</time>
          <span class="said">${said(event.text) || typeName(event.type)}</span>
          <span class="muted">${event.state === "open" ? msg("now") : lasted(event)}</span>
          <span class="muted">${sure(event.score)}</span>
          ${
            n < MOST_PANELS
              ? html`<g-panels place="event.detail" .kind=${event.type} .more=${{ event }} .mark=${`${event.id} ${event.ended_at}`}></g-panels>`
              : nothing
          }</li>`,
      )}
      ${events.length > MOST_EVENTS ? html`<li class="muted">${msg(str`and ${events.length - MOST_EVENTS} more`)}</li>` : nothing}
    </ol>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("events") && !changed.has("event")) return;
    this.shadowRoot?.querySelector("li[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  #actions(activity: Activity): unknown {
    const may = (permission: string): boolean => activity.can.includes(permission);
    const [before, after] = this.steps;
    const step = (by: number) => () => this.dispatchEvent(new CustomEvent("step", { detail: by }));
    return html`<div class="foot">
      <button class="button square" type="button" ?disabled=${!before} aria-label=${msg("The one before")}
        title=${msg("The one before")} @click=${step(-1)}><g-icon name="back"></g-icon></button>
      <button class="button square" type="button" ?disabled=${!after} aria-label=${msg("The next one")}
        title=${msg("The next one")} @click=${step(1)}><g-icon name="next"></g-icon></button>
      <a class="button" href=${at(`streams/${activity.stream_id}?at=${encodeURIComponent(activity.started_at)}`)}>
        <g-icon name="moment"></g-icon>${msg("To this moment")}</a>
      <button class="button square" type="button" aria-label=${msg("Copy the link")} title=${msg("Copy the link")}
        @click=${this.#copy}><g-icon name="link"></g-icon></button>
      ${
        activity.clip_id
          ? html`<a class="button square" href=${at(`api/clips/${activity.clip_id}/file`)} download aria-label=${msg("Download the clip")}
            title=${msg("Download the clip")}><g-icon name="download"></g-icon></a>`
          : nothing
      }
      ${
        may("media.delete")
          ? html`<button class="button" type="button" aria-pressed=${activity.protected}
            title=${msg("What is protected stays when old activities are removed.")}
            @click=${() => tell(() => protect(activity.id, !activity.protected))}><g-icon name="lock"></g-icon>${msg("Protect")}</button>`
          : nothing
      }
      <span class="gap"></span>
      ${
        may("activities.review")
          ? html`<button class="button ${activity.reviewed ? "" : "primary"}" type="button" autofocus
            @click=${() => this.dispatchEvent(new Pressed("mark", activity.id))}>
            <g-icon name=${activity.reviewed ? "undo" : "check"}></g-icon>
            ${activity.reviewed ? msg("Mark as not reviewed") : msg("Mark as reviewed")}</button>`
          : nothing
      }
    </div>`;
  }

  async #copy(): Promise<void> {
    const link = new URL(`review?activity=${this.activity}`, ROOT).href;
    await copyLink(link);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-activity-detail": GActivityDetail;
  }
}
