// The inbox: what was noticed on all streams, to be looked through and ticked off.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import { router } from "../../router.js";
import { activities, review } from "../../state/activities.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dialog.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { dates } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/pager.js";
import type { Turned } from "./calendar.js";
import "./calendar.js";
import "./tabs.js";
import type { Pressed } from "./card.js";
import "./controls.js";
import type { GReviewControls } from "./controls.js";
import "./detail.js";
import { dayOf, readFilters } from "./filters.js";
import { Inbox } from "./inbox.js";
import { type Doer, Keys, keyHelp } from "./keys.js";
import type { GActivities } from "./list.js";
import { nothingThere } from "./nothing.js";
import "./list.js";
import { Seek } from "./seek.js";
import { styles } from "./styles.js";
import type { Chose } from "./tabs.js";
import { counted } from "./tabs.js";

const WIDE = matchMedia("(min-width: 64.01rem)");

@customElement("page-review")
export class PageReview extends Page implements Doer {
  static override styles = [Page.styles, styles];

  @state() private current = "";
  @state() private helping = false;
  #inbox = new Inbox();
  #seek = new Seek();
  /** The activity of an event that was asked for last. */
  #sought = "";
  #widened = (): void => this.requestUpdate();

  constructor() {
    super();
    new Watch(this, this.#inbox, activities, store.streams, store.types, session);
    new Keys(this, this);
  }

  get heading(): string {
    return msg("Review");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#inbox.open();
    this.#inbox.turn(`${(readFilters(router.place.query).to || dayOf(Date.now())).slice(0, 7)}-01`);
    WIDE.addEventListener("change", this.#widened);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#inbox.close();
    WIDE.removeEventListener("change", this.#widened);
  }

  protected override willUpdate(): void {
    if (this.#seek.looking(this.query)) return;
    const { ids } = this.#inbox;
    const sought = this.query.has("event") ? (this.query.get("activity") ?? "") : "";
    this.#inbox.show(readFilters(this.query));
    if (sought && sought !== this.#sought) this.#inbox.want(sought);
    if (sought) this.#sought = sought;
    const found = this.#inbox.found();
    if (found) {
      this.current = found;
      void this.updateComplete.then(() => this.#list?.stand(found));
    }
    if (!ids.includes(this.current)) this.current = ids[0] ?? "";
  }

  get #list(): GActivities | null {
    return this.shadowRoot?.querySelector("g-activities") ?? null;
  }

  // What keys do.

  move(by: number, lines: boolean): void {
    const items = this.#inbox.items;
    if (!items.length) return;
    const inside = this.#list?.shadowRoot?.activeElement;
    const columns = lines ? (this.#list?.columns ?? 1) : 1;
    const at = items.findIndex(({ id }) => id === this.current);
    const to = inside ? Math.max(0, Math.min(items.length - 1, at + by * columns)) : Math.max(0, at);
    this.current = items[to]!.id;
    void this.#list?.stand(this.current);
    if (to >= items.length - columns * 2) void this.#inbox.older();
  }

  mark(): void {
    const { chosen } = this.#inbox;
    if (chosen.size) void this.#mark([...chosen]);
    else if (this.current) void this.#mark([this.current]);
  }

  markAll(): void {
    void this.#mark(
      this.#inbox.items.filter(({ reviewed }) => !reviewed).map(({ id }) => id),
      true,
    );
  }

  chooseAll(): void {
    this.#inbox.choose(this.#inbox.items.filter(({ can }) => can.includes("activities.review")).map(({ id }) => id));
  }

  toggle(): void {
    if (this.current) this.#inbox.toggle(this.current);
  }

  leave(): void {
    this.#inbox.choose([]);
  }

  focusFilter(): void {
    this.shadowRoot?.querySelector<GReviewControls>("g-review-controls")?.focus();
  }

  help(): void {
    this.helping = true;
  }

  /** Mark them, or take it back where all of them are; what was done can be undone. */
  async #mark(ids: string[], reviewed = ids.some((id) => activities.get(id)?.reviewed === false)): Promise<void> {
    if (!ids.length) return;
    const changed = await tell(() => review(ids, reviewed));
    if (!changed) return;
    this.#inbox.choose([]);
    this.#inbox.recount();
    if (changed.length < 2) return;
    const text = reviewed
      ? msg(str`${changed.length} marked as reviewed.`)
      : msg(str`${changed.length} marked as not reviewed.`);
    toast(text, "good", { words: msg("Undo"), run: () => void tell(() => review(changed, !reviewed)) });
  }

  #pressed(event: Event): void {
    const { what, id } = event as Pressed;
    if (what === "open") router.ask({ activity: id }, { push: true });
    else if (what === "toggle") this.#inbox.toggle(id);
    else if (what === "mark") void this.#mark([id]);
    if (what === "stand") this.current = id;
  }

  #turned(event: Event): void {
    const { what, from, to } = event as Turned;
    if (what === "month") this.#inbox.turn(from);
    else router.ask({ from, to: to === from ? "" : to }, { push: true });
  }

  #closed(): void {
    router.ask({ activity: null, event: null });
    void this.#list?.stand(this.current);
  }

  #step(event: Event): void {
    const { ids } = this.#inbox;
    const to = ids[ids.indexOf(this.query.get("activity") ?? "") + (event as CustomEvent<number>).detail];
    if (!to) return;
    this.current = to;
    router.ask({ activity: to, event: null });
  }

  override render(): unknown {
    const inbox = this.#inbox;
    const { filters, ids, chosen } = inbox;
    const activity = this.query.get("activity") ?? "";
    const place = ids.indexOf(activity);
    const calendar = html`<g-calendar .month=${inbox.month} .days=${inbox.days} .from=${filters.from} .to=${filters.to}
      @turned=${this.#turned}></g-calendar>`;
    return html`<div class="bar">
        <h1>${msg("Review")}</h1>
        <p class="muted" role="status">${this.#summary()}</p>
        <span class="gap"></span>
        <button class="button ghost square help" type="button" aria-label=${msg("Keys")} title=${msg("Keys")}
          @click=${this.help}><g-icon name="keyboard"></g-icon></button>
      </div>
      <div class="layout" @pressed=${this.#pressed}>
        <div class="main">
          <g-review-controls .filters=${filters}></g-review-controls>
          ${WIDE.matches ? nothing : html`<details class="days card"><summary><g-icon name="calendar"></g-icon>${this.#range()}</summary>${calendar}</details>`}
          <g-severities .severity=${filters.severity} .counts=${inbox.counts}
            @chose=${(event: Event) => router.ask({ severity: (event as Chose).severity }, { push: true })}></g-severities>
          ${inbox.fresh.size ? this.#news(inbox.fresh.size) : nothing}
          ${this.#content()}
          ${chosen.size ? this.#chosen(chosen) : nothing}
        </div>
        ${WIDE.matches ? html`<aside class="card">${calendar}</aside>` : nothing}
      </div>
      ${
        activity
          ? html`<g-activity-detail .activity=${activity} .event=${this.query.get("event") ?? ""} .steps=${[place > 0, place >= 0 && place < ids.length - 1]}
            @pressed=${this.#pressed} @closed=${this.#closed} @step=${this.#step}></g-activity-detail>`
          : nothing
      }
      ${
        this.helping
          ? html`<g-dialog .heading=${msg("Keys")} @closed=${() => {
              this.helping = false;
            }}>${keyHelp()}</g-dialog>`
          : nothing
      }`;
  }

  #summary(): string {
    const { filters, total, loading } = this.#inbox;
    if (loading || !total) return "";
    const count = counted(total);
    return filters.reviewed ? msg(str`${count} in all`) : msg(str`${count} to review`);
  }

  #range(): string {
    const { from, to } = this.#inbox.filters;
    if (!from) return msg("Any day");
    const day = new Intl.DateTimeFormat(dates({}).resolvedOptions().locale, { timeZone: "UTC", dateStyle: "medium" });
    return from === to ? day.format(Date.parse(from)) : day.formatRange(Date.parse(from), Date.parse(to));
  }

  #news(count: number): unknown {
    return html`<div class="news"><button class="button primary small" type="button" @click=${() => {
      scrollTo({ top: 0 });
      void this.#inbox.load();
    }}>${count === 1 ? msg("1 new") : msg(str`${count} new`)}</button></div>`;
  }

  #content(): unknown {
    const inbox = this.#inbox;
    if (inbox.error && !inbox.ids.length) {
      return html`<g-empty icon="warning" .heading=${msg("The activities could not be read")} .text=${words(inbox.error)}>
        <button class="button primary" type="button" @click=${() => inbox.load()}>${msg("Try again")}</button></g-empty>`;
    }
    if (inbox.loading) {
      return html`<div class="waiting" role="status" aria-label=${msg("Loading…")}>${Array.from({ length: 8 }, () => html`<i></i>`)}</div>`;
    }
    const { items } = inbox;
    if (!items.length) return nothingThere(inbox.filters);
    return html`<g-activities .items=${items} .chosen=${new Set(inbox.chosen)} .current=${this.current}
        @end=${() => inbox.older()}></g-activities>
      <g-pager .shown=${items.length} .total=${counted(inbox.total)} .more=${inbox.more} .busy=${inbox.busy}
        @more=${() => inbox.older()}></g-pager>`;
  }

  #chosen(chosen: Set<string>): unknown {
    return html`<div class="chosen" role="group" aria-label=${msg("Selection")}>
      <strong>${msg(str`${chosen.size} chosen`)}</strong><span class="gap"></span>
      <button class="button small" type="button" @click=${this.leave}>${msg("Cancel")}</button>
      <button class="button small" type="button" @click=${() => this.#mark([...chosen], false)}>${msg("Mark as not reviewed")}</button>
      <button class="button small primary" type="button" @click=${() => this.#mark([...chosen], true)}>${msg("Mark as reviewed")}</button>
    </div>`;
  }
}
