// A month with what each day has: how many, and a dot where some wait to be reviewed.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { language } from "../../locale/index.js";
import { GElement } from "../../ui/element.js";
import { datesOf } from "../../ui/format.js";
import "../../ui/icon.js";
import { dayOf, later } from "./filters.js";
import type { Day } from "./inbox.js";

/** Somebody asks for days, or for another month. */
export class Turned extends Event {
  constructor(
    readonly what: "days" | "month",
    readonly from: string,
    readonly to = from,
  ) {
    super("turned");
  }
}

function utc(day: string, options: Intl.DateTimeFormatOptions): string {
  return datesOf(language(), { timeZone: "UTC", ...options }).format(Date.parse(day));
}

/** The first day of weeks where this browser is from, 1 = Monday. */
function firstOfWeek(): number {
  const locale = new Intl.Locale(navigator.language) as Intl.Locale & { getWeekInfo?: () => { firstDay: number } };
  return locale.getWeekInfo?.().firstDay ?? 1;
}

@customElement("g-calendar")
export class GCalendar extends GElement {
  static override styles = [
    GElement.styles,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        margin-bottom: 0.5rem;
      }
      h2 {
        flex: 1;
        font-size: var(--g-size);
      }
      .month {
        display: grid;
        grid-template-columns: repeat(7, minmax(0, 1fr));
        gap: 2px;
      }
      .head {
        padding-bottom: 0.25rem;
        color: var(--g-muted);
        font-size: 0.75rem;
        text-align: center;
      }
      .day {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: center;
        min-height: 2.5rem;
        padding: 0;
        border: 1px solid transparent;
        border-radius: var(--g-radius-small);
        background: none;
        color: var(--g-text);
        font: inherit;
        font-size: var(--g-size-small);
        line-height: 1.25;
        cursor: pointer;
      }
      .day:hover {
        background: var(--g-hover);
      }
      .day.has {
        color: var(--g-text);
        font-weight: 600;
      }
      .day.out {
        color: var(--g-muted);
        font-weight: 400;
      }
      .day.today {
        border-color: var(--g-field);
      }
      .day[aria-pressed="true"] {
        background: var(--g-tint);
        color: var(--g-accent-text);
      }
      .count {
        min-height: 1em;
        color: var(--g-muted);
        font-size: 0.6875rem;
        font-weight: 500;
        line-height: 1.1;
      }
      .dot {
        position: absolute;
        top: 0.125rem;
        right: 0.125rem;
        width: 0.375rem;
        height: 0.375rem;
        border-radius: 50%;
        background: var(--g-accent);
      }
    `,
  ];

  /** First day of the month. */
  @property() month = "";
  @property({ attribute: false }) days: ReadonlyMap<string, Day> = new Map();
  @property() from = "";
  @property() to = "";

  #turn(months: number): void {
    const to = new Date(`${this.month}T00:00:00Z`);
    to.setUTCMonth(to.getUTCMonth() + months);
    this.dispatchEvent(new Turned("month", to.toISOString().slice(0, 10)));
  }

  #press(day: string, extend: boolean): void {
    const alone = this.from === day && this.to === day;
    if (alone) this.dispatchEvent(new Turned("days", ""));
    else if (extend && this.from) {
      const [from, to] = day < this.from ? [day, this.to] : [this.from, day];
      this.dispatchEvent(new Turned("days", from, to));
    } else this.dispatchEvent(new Turned("days", day));
  }

  override render(): unknown {
    const { month } = this;
    if (!month) return nothing;
    const weekday = new Date(`${month}T00:00:00Z`).getUTCDay();
    const start = later(month, -((weekday - firstOfWeek() + 7) % 7));
    const shown = Array.from({ length: 42 }, (_, n) => later(start, n));
    const weeks =
      shown[35]!.slice(0, 7) === month.slice(0, 7) ? 42 : shown[28]!.slice(0, 7) === month.slice(0, 7) ? 35 : 28;
    const name = utc(month, { month: "long", year: "numeric" });
    return html`<header>
        <h2 aria-live="polite">${name}</h2>
        <button class="button ghost square small" type="button" aria-label=${msg("Month before")} title=${msg("Month before")}
          @click=${() => this.#turn(-1)}><g-icon name="back"></g-icon></button>
        <button class="button ghost square small" type="button" aria-label=${msg("Month after")} title=${msg("Month after")}
          ?disabled=${later(month, 31) > later(dayOf(Date.now()), 31)} @click=${() => this.#turn(1)}><g-icon name="next"></g-icon></button>
      </header>
      <div class="month" role="group" aria-label=${name}>
        ${shown.slice(0, 7).map((day) => html`<span class="head" aria-hidden="true">${utc(day, { weekday: "short" })}</span>`)}
        ${shown.slice(0, weeks).map((day) => this.#day(day))}
      </div>`;
  }

  #day(day: string): unknown {
    const { total, unreviewed } = this.days.get(day) ?? { total: 0, unreviewed: 0 };
    const pressed = this.from !== "" && this.from <= day && day <= this.to;
    const kind = `${total ? "has" : ""} ${day.slice(0, 7) === this.month.slice(0, 7) ? "" : "out"} ${day === dayOf(Date.now()) ? "today" : ""}`;
    const words = msg(str`${utc(day, { month: "long" })} ${Number(day.slice(8))}: ${total}, ${unreviewed} to review`);
    return html`<button class="day ${kind}" type="button" data-day=${day} aria-pressed=${pressed} aria-label=${words} title=${words}
      @click=${(click: MouseEvent) => this.#press(day, click.shiftKey)}>
      <span>${Number(day.slice(8))}</span>
      <span class="count">${total > 999 ? `${Math.floor(total / 1000)}k` : total || nothing}</span>
      ${unreviewed ? html`<span class="dot"></span>` : nothing}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-calendar": GCalendar;
  }
}
