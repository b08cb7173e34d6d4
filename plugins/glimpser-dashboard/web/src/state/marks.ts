// Marks that were made while the hub could not be reached: kept on this device, sent in their order when it is back.

import { api, body } from "../api/client.js";
import { Refused } from "../api/errors.js";
import { ROOT } from "../root.js";
import { activities, hold, reread } from "./activities.js";
import { connection } from "./connection.js";
import { device, LONGEST, type Mark } from "./device.js";
import { session } from "./session.js";
import { socket } from "./socket.js";
import { Changing } from "./watch.js";

/** How long the feed may take to tell of what happened meanwhile. */
const PATIENCE = 1500;
const AGAIN = 5000;
/** So many are looked at one by one. */
const MANY = 24;

/** What of the marks could not be kept. */
export interface Conflicts {
  /** Changed elsewhere meanwhile, with what was wanted here. */
  changed: { id: string; wanted: boolean }[];
  /** Not there any more, or not to be marked any more. */
  gone: number;
}

const NONE: Conflicts = { changed: [], gone: 0 };

/** Of several pages of a device one sends; where browsers have no locks, sending twice changes nothing. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request(`glimpser-marks${ROOT.pathname}`, work);
  else await work();
}

/** What was marked elsewhere after a number of the feed: by id, the last of it. */
async function elsewhere(seq: number): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>();
  const feed = new EventSource(new URL(`api/events/stream?topics=review&after=${seq}`, ROOT));
  feed.addEventListener("change", ({ data }) => {
    const { ids, reviewed } = JSON.parse(data).data as { ids: string[] | null; reviewed: boolean };
    for (const id of ids ?? []) found.set(id, reviewed);
  });
  await new Promise((done) => setTimeout(done, PATIENCE));
  feed.close();
  return found;
}

/** Watch it for `waiting` and `conflicts`. */
class Marks extends Changing {
  /** Activities whose marks wait. */
  waiting = 0;
  conflicts = NONE;
  #timer = 0;

  async add(ids: string[], reviewed: boolean): Promise<void> {
    const kept = await device();
    await kept.add("marks", { user: session.me!.id, ids, reviewed, at: Date.now(), seq: socket.seq });
    await this.#count();
    void this.send();
  }

  /** Send what waits, as far as the hub takes it. */
  async send(): Promise<void> {
    if (socket.state !== "live" || session.presence !== "in") return;
    clearTimeout(this.#timer);
    await alone(async () => {
      const mine = await this.#mine();
      // Asked before any is sent: afterwards one's own would be among them.
      const other = mine.length ? await elsewhere(Math.min(...mine.map(([, { seq }]) => seq))) : null;
      for (const [key, mark] of mine) {
        if (!(await this.#sent(mark, other!))) {
          this.#timer = window.setTimeout(() => void this.send(), AGAIN);
          break;
        }
        await (await device()).delete("marks", key);
      }
      await this.#count();
    }).catch(() => {});
  }

  /** Make the marks of this device hold where others were made meanwhile, or leave those. */
  async settle(mine: boolean): Promise<void> {
    const { changed } = this.conflicts;
    this.conflicts = NONE;
    this.changed();
    if (!mine) return;
    for (const wanted of [true, false]) {
      const ids = changed.filter((one) => one.wanted === wanted).map(({ id }) => id);
      if (ids.length) await this.add(ids, wanted);
    }
  }

  /** Look again for what waits of who is here now. */
  async look(): Promise<void> {
    await this.#count();
    if (this.waiting) await this.send();
  }

  /** Gives whether it is done with: taken, or refused for good. */
  async #sent(mark: Mark, other: Map<string, boolean>): Promise<boolean> {
    try {
      const overtaken = mark.ids.filter((id) => other.has(id) && other.get(id) !== mark.reviewed);
      const ids = mark.ids.filter((id) => !overtaken.includes(id));
      const taken = ids.length
        ? (await body(api.POST("/api/activities", { body: { ids, reviewed: mark.reviewed } }))).ids
        : [];
      const left = ids.filter((id) => !taken.includes(id)).slice(0, MANY);
      await reread([...left, ...overtaken.slice(0, MANY)]);
      const gone = left.filter((id) => activities.get(id)?.reviewed !== mark.reviewed).length;
      this.#conflict(
        overtaken.map((id) => ({ id, wanted: mark.reviewed })),
        gone,
      );
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500) return false;
      this.#conflict([], mark.ids.length);
      await reread(mark.ids.slice(0, MANY));
      return true;
    }
  }

  #conflict(changed: Conflicts["changed"], gone: number): void {
    if (!changed.length && !gone) return;
    this.conflicts = { changed: [...this.conflicts.changed, ...changed], gone: this.conflicts.gone + gone };
    this.changed();
  }

  async #mine(): Promise<[number, Mark][]> {
    const kept = await device();
    const [keys, all] = await Promise.all([kept.getAllKeys("marks"), kept.getAll("marks")]);
    const found = keys.map((key, n): [number, Mark] => [key, all[n]!]);
    for (const [key, { at }] of found) if (at + LONGEST < Date.now()) await kept.delete("marks", key);
    return found.filter(([, { user, at }]) => user === session.me?.id && at + LONGEST >= Date.now());
  }

  async #count(): Promise<void> {
    const waiting = new Set((await this.#mine()).flatMap(([, { ids }]) => ids)).size;
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    this.changed();
  }
}

export const marks = new Marks();
hold.marks = (ids, reviewed) => marks.add(ids, reviewed);
hold.waiting = () => marks.waiting > 0 || connection.reach === "offline" || connection.reach === "away";
let state = "";
socket.subscribe(() => {
  if (socket.state === state) return;
  state = socket.state;
  if (state === "live") void marks.look().catch(() => {});
});
