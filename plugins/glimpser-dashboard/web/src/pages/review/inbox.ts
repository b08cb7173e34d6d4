// The list on screen: its pages, counts and calendar, what arrived since, and which of it is chosen.

import { api, body, listed } from "../../api/client.js";
import type { paths } from "../../api/schema.js";
import type { Activity } from "../../api/types.js";
import { activities, reread } from "../../state/activities.js";
import { type Change, socket } from "../../state/socket.js";
import { Changing } from "../../state/watch.js";
import { asked, type Filters, fits, later, NONE, SEVERITIES, type Severity, zone } from "./filters.js";

const PAGE = 48;
/** Further back than so many pages nothing is looked for; its dialog shows it all the same. */
const MOST_PAGES = 40;
const SETTLE = 250;
const RECOUNT = 2000;
const MANY = 12;

type Zone = NonNullable<NonNullable<paths["/api/activities/days"]["get"]["parameters"]["query"]>["timezone"]>;
type Query = ReturnType<typeof asked> & { limit: number; cursor?: string };

/** The list; it may be asked for as a file too, so that its type is not told. */
function ask(query: Query): Promise<{ data?: Activity[]; response: Response }> {
  return api.GET("/api/activities", { params: { query } }) as Promise<{ data?: Activity[]; response: Response }>;
}

/** What a day of the calendar has. */
export interface Day {
  total: number;
  unreviewed: number;
}

/** Watch it, and `activities` beside it. */
export class Inbox extends Changing {
  filters: Filters = NONE;
  /** Ids as they stand, newest first. What is reviewed meanwhile stays until the list is read again. */
  ids: string[] = [];
  total = "";
  loading = true;
  busy = false;
  error: unknown = null;
  more = false;
  /** What arrived since the list was read. */
  fresh = new Set<string>();
  chosen = new Set<string>();
  counts: Partial<Record<Severity, string>> = {};
  /** First day of the calendar's month. */
  month = "";
  days = new Map<string, Day>();
  #shown = "";
  #wanted = "";
  #next: string | null = null;
  #reading: Promise<void> | null = null;
  /** Whether what is on screen is about to be another list: nothing is added to it, nor looked for in it. */
  #passing = false;
  #turn = 0;
  #touched = new Set<string>();
  #timer = 0;
  #recount = 0;
  #stops: (() => void)[] = [];

  /** Begin to listen. */
  open(): void {
    this.#stops = [
      socket.onChange((change) => this.#heard(change)),
      socket.onReset(() => void this.load({ keep: true })),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#recount);
    this.#recount = 0;
    this.#turn++;
  }

  /** The activities on screen that are still there. */
  get items(): Activity[] {
    return this.ids.map((id) => activities.get(id)).filter((activity) => activity !== undefined);
  }

  /** Ask for others. */
  show(filters: Filters): void {
    const wanted = JSON.stringify(filters);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.filters = filters;
    this.chosen.clear();
    this.#wanted = "";
    void this.load();
  }

  /** Read the newest ones (again), and count. `keep`: as many as are on screen, since somebody is in the midst of them. */
  async load({ keep = false } = {}): Promise<void> {
    const turn = ++this.#turn;
    this.#passing = true;
    this.loading = !this.ids.length || this.error !== null;
    this.changed();
    try {
      let page = await this.#page(null);
      const items = page.items;
      for (let n = 1; n < MOST_PAGES && page.next && keep && items.length < this.ids.length; n++) {
        page = await this.#page(page.next);
        items.push(...page.items);
      }
      if (turn !== this.#turn) return;
      this.ids = [...new Set(items.map(({ id }) => id))];
      this.chosen = new Set(this.ids.filter((id) => this.chosen.has(id)));
      activities.put(...items);
      this.fresh.clear();
      this.#took(page);
      this.error = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.error = error;
    }
    this.loading = this.#passing = false;
    this.changed();
    void this.count();
    await this.#further();
  }

  /** Read on until an activity is among them. */
  want(id: string): void {
    this.#wanted = id;
    if (!this.#passing) void this.#further();
  }

  /** The one that was wanted, once it is there. */
  found(): string {
    const wanted = this.#wanted;
    if (!wanted || this.#passing || !this.ids.includes(wanted)) return "";
    this.#wanted = "";
    return wanted;
  }

  async #further(): Promise<void> {
    for (let n = 0; n < MOST_PAGES && this.more && this.#wanted && !this.ids.includes(this.#wanted); n++) {
      await this.older();
    }
  }

  /** Read the next ones, older than all that is on screen; once for all who ask meanwhile. */
  older(): Promise<void> {
    this.#reading ??= this.#older().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #older(): Promise<void> {
    if (!this.more || this.#passing) return;
    this.busy = true;
    const turn = this.#turn;
    try {
      const page = await this.#page(this.#next);
      if (turn !== this.#turn) return;
      const known = new Set(this.ids);
      this.ids = [...this.ids, ...page.items.map(({ id }) => id).filter((id) => !known.has(id))];
      activities.put(...page.items);
      this.#took(page);
    } catch {
      this.more = false; // the button of the foot says so, and tries again
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  async #page(cursor: string | null) {
    const query = { ...asked(this.filters), limit: PAGE, ...(cursor && { cursor }) };
    return await listed(ask(query));
  }

  #took({ next, total }: { next: string | null; total: string }): void {
    this.#next = next;
    this.more = next !== null;
    this.total = total;
  }

  /** How many there are of each severity, and on each day. */
  async count(): Promise<void> {
    const filters = this.filters;
    const found = await Promise.all([
      ...SEVERITIES.map(async (severity) => {
        const query = { ...asked({ ...filters, severity }), limit: 1 };
        return [severity, (await listed(ask(query))).total] as const;
      }),
    ]).catch(() => null);
    if (found === null || filters !== this.filters) return;
    this.counts = Object.fromEntries(found);
    this.changed();
    await this.#calendar();
  }

  /** Turn the calendar to a month. */
  turn(month: string): void {
    if (month === this.month) return;
    this.month = month;
    this.days = new Map();
    this.changed();
    void this.#calendar();
  }

  async #calendar(): Promise<void> {
    const { filters, month } = this;
    if (!month) return;
    const { severity, stream, type } = asked({ ...filters, reviewed: "all", from: "", to: "" });
    const query = { first: later(month, -6), last: later(month, 36), timezone: zone() as Zone, severity, stream, type };
    const days = await body(api.GET("/api/activities/days", { params: { query } })).catch(() => null);
    if (days === null || filters !== this.filters || month !== this.month) return;
    this.days = new Map(days.map(({ day, total, unreviewed }) => [day, { total, unreviewed }]));
    this.changed();
  }

  /** Take an activity into the selection, or out of it. */
  toggle(id: string): void {
    if (!this.chosen.delete(id)) this.chosen.add(id);
    this.changed();
  }

  choose(ids: Iterable<string>): void {
    this.chosen = new Set(ids);
    this.changed();
  }

  /** Count again soon; once for all that happens meanwhile. */
  recount(): void {
    this.#recount ||= window.setTimeout(() => {
      this.#recount = 0;
      void this.count();
    }, RECOUNT);
  }

  #heard({ topic, change, id, data }: Change): void {
    if (topic === "review") {
      if (data.ids === null) void this.load({ keep: true });
      else this.recount();
      return;
    }
    if (topic === "activity" && change === "started" && !this.ids.includes(id)) {
      this.#arrived(data as unknown as Activity);
      return;
    }
    const touched = topic === "activity" ? id : topic === "event" ? String(data.activity_id ?? "") : "";
    if (!touched) return;
    if (topic === "activity" && !this.ids.includes(touched)) this.#arrived(data as unknown as Activity);
    if (!this.ids.includes(touched)) return;
    this.#touched.add(touched);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#settle(), SETTLE);
  }

  /** Something new; it waits to be let in, so that nothing moves under somebody's eyes. */
  #arrived(activity: Activity): void {
    this.recount();
    const newest = this.items[0]?.started_at ?? "";
    if (this.filters.reviewed === "yes" || activity.started_at < newest || !fits(this.filters, activity)) return;
    if (!this.ids.length && !this.loading) return void this.load();
    this.fresh.add(activity.id);
    this.changed();
  }

  /** The feed does not say what the viewer may do, nor which picture there is now. */
  #settle(): void {
    const ids = [...this.#touched];
    this.#touched.clear();
    void reread(ids.slice(0, MANY));
  }
}
