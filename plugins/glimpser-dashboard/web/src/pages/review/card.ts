// An activity in the list.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Activity } from "../../api/types.js";
import { at } from "../../root.js";
import { levels } from "../../theme/dots.js";
import { GElement } from "../../ui/element.js";
import { clock, streamName } from "../../ui/format.js";
import "../../ui/icon.js";
import { cardStyles } from "./card-styles.js";
import "./preview.js";
import { events, length, severityKind, severityName, sure, what } from "./words.js";

/** What somebody does with an activity: opens it, marks it, or takes it into the selection. */
export class Pressed extends Event {
  constructor(
    readonly what: "open" | "mark" | "toggle" | "stand",
    readonly id: string,
  ) {
    super("pressed", { bubbles: true, composed: true });
  }
}

@customElement("g-activity")
export class GActivity extends GElement {
  static override styles = [GElement.styles, levels, cardStyles];

  @property({ attribute: false }) activity!: Activity;
  @property({ type: Boolean }) chosen = false;
  /** Whether any is chosen. */
  @property({ type: Boolean }) choosing = false;
  /** Whether it is where the keyboard is. */
  @property({ type: Boolean }) current = false;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private looked = false;

  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector<HTMLElement>(".open")?.focus(options);
  }

  #say(what: Pressed["what"], event?: Event): void {
    event?.preventDefault();
    this.dispatchEvent(new Pressed(what, this.activity.id));
  }

  #look = (event: Event): void => {
    this.looked = event.type === "pointerenter" || event.type === "focusin";
    if (event.type === "focusin") this.#say("stand");
  };

  #open(click: MouseEvent): void {
    if (click.button || click.metaKey || click.ctrlKey || click.altKey) return;
    if (click.shiftKey) this.#say("toggle", click);
    else this.#say("open", click);
  }

  override render(): unknown {
    const { activity } = this;
    const { reviewed } = activity;
    const stop = this.current ? 0 : -1;
    const facts = [length(activity), events(activity.event_count), sure(activity.score)].filter(Boolean);
    return html`<article data-activity=${activity.id} data-severity=${activity.severity}
      class="${reviewed ? "reviewed" : ""} ${this.chosen ? "chosen" : ""} ${this.choosing ? "choosing" : ""}"
      @pointerenter=${this.#look} @pointerleave=${this.#look} @focusin=${this.#look} @focusout=${this.#look}>
      <a class="open" href=${at(`review?activity=${activity.id}`)} tabindex=${stop}
        @click=${this.#open}>
        <span class="thumb">
          <g-preview .picture=${activity.snapshot_id} .clip=${activity.clip_id} .looked=${this.looked}></g-preview>
          <span class="over">
            ${activity.ended_at ? nothing : html`<span class="tag now">${msg("Now")}</span>`}
            ${activity.clip_id ? html`<span class="tag play"><g-icon name="play"></g-icon></span>` : nothing}
            ${reviewed ? html`<span class="tag done"><g-icon name="check"></g-icon>${msg("Reviewed")}</span>` : nothing}
            ${activity.protected ? html`<span class="tag" title=${msg("Protected")}><g-icon name="lock"></g-icon></span>` : nothing}
          </span>
        </span>
        <span class="text">
          <span class="title"><span class="level ${severityKind(activity.severity)}" title=${severityName(activity.severity)}></span>
            <span class="truncate">${what(activity)}</span></span>
          <span class="where truncate" title=${streamName(activity.stream_id)}>${streamName(activity.stream_id)}</span>
          <span class="facts truncate"><time datetime=${activity.started_at}>${clock(activity.started_at)}</time> ·
            ${facts.join(" · ")}</span>
        </span>
      </a>
      ${activity.can.includes("activities.review") ? this.#controls(reviewed, stop) : nothing}
    </article>`;
  }

  #controls(reviewed: boolean, stop: number): unknown {
    const words = reviewed ? msg("Mark as not reviewed") : msg("Mark as reviewed");
    return html`<label class="pick"><input type="checkbox" tabindex=${stop} aria-label=${msg("Select")}
        .checked=${this.chosen} @change=${(event: Event) => this.#say("toggle", event)} /></label>
      <button class="mark" type="button" tabindex=${stop} aria-pressed=${reviewed} aria-label=${words} title=${words}
        @click=${(event: Event) => this.#say("mark", event)}><g-icon name=${reviewed ? "reviewed" : "waits"}></g-icon></button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-activity": GActivity;
  }
}
