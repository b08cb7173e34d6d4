// Times, lengths and words for people, in their zone and language.

import { msg, str } from "@lit/localize";
import type { Stream } from "../api/types.js";
import { language } from "../locale/index.js";
import { said } from "../locale/said.js";
import { store } from "../state/store.js";

let zone: string | undefined;

/** Show times in this IANA zone; null = the browser's. */
export function setZone(name: string | null): void {
  zone = name || undefined;
}

const DAY = 86_400_000;
type Moment = string | number | Date;

const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

/** Formatters are dear to make, a hundred times as dear as to use: each is made once. */
function once<T extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, options: object, make: () => T): T {
  const name = key + JSON.stringify(options);
  const known = made.get(name) as T | undefined;
  if (known) return known;
  const fresh = make();
  made.set(name, fresh);
  return fresh;
}

/** A formatter of a language and the zone of its options. */
export function datesOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(`date ${locale}`, options, () => new Intl.DateTimeFormat(locale, options));
}

/** A formatter in the user's language and zone. */
export function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return datesOf(language(), { timeZone: zone, ...options });
}

/** A number as people write it. */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const locale = language();
  return once(`number ${locale}`, options, () => new Intl.NumberFormat(locale, options)).format(value);
}

function sameDay(a: Moment, b: Moment): boolean {
  const day = dates({ dateStyle: "short" });
  return day.format(new Date(a)) === day.format(new Date(b));
}

/** The day, such as "Today" or "Sunday, 3 May". */
export function dayName(moment: Moment): string {
  if (sameDay(moment, Date.now())) return msg("Today");
  if (sameDay(moment, Date.now() - DAY)) return msg("Yesterday");
  return dates({ weekday: "long", day: "numeric", month: "long" }).format(new Date(moment));
}

/** Only the time of day, with seconds. */
export function clock(moment: Moment): string {
  return dates({ timeStyle: "medium" }).format(new Date(moment));
}

/** Such as "Today, 14:03:09" or "3 May 2026, 14:03:09". */
export function when(moment: Moment): string {
  const near = sameDay(moment, Date.now()) || sameDay(moment, Date.now() - DAY);
  const day = near ? dayName(moment) : dates({ dateStyle: "medium" }).format(new Date(moment));
  return `${day}, ${clock(moment)}`;
}

/** Such as "12 s", "3 min 5 s", "2 h 10 min". */
export function span(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return msg(str`${s} s`);
  if (s < 3600) return s % 60 ? msg(str`${Math.floor(s / 60)} min ${s % 60} s`) : msg(str`${s / 60} min`);
  if (s < 86_400) return msg(str`${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`);
  return msg(str`${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`);
}

/** Such as "4 s ago", "in 3 min". */
export function ago(moment: Moment): string {
  const seconds = (Date.now() - new Date(moment).getTime()) / 1000;
  if (Math.abs(seconds) < 2) return msg("just now");
  return seconds > 0 ? msg(str`${span(seconds)} ago`) : msg(str`in ${span(-seconds)}`);
}

/** How long an event or activity lasted, or lasts. */
export function lasted(of: { started_at: string; ended_at: string | null }): string {
  if (!of.ended_at) return msg("now");
  const seconds = (Date.parse(of.ended_at) - Date.parse(of.started_at)) / 1000;
  return seconds < 1 ? msg("a moment") : span(seconds);
}

/** Such as "12.5 fps"; nothing when unknown. */
export function rate(fps: number | null | undefined): string {
  if (fps === null || fps === undefined) return "";
  return msg(str`${number(fps, { maximumFractionDigits: fps < 10 ? 1 : 0 })} fps`);
}

/** Such as "640×360"; nothing when unknown. */
export function size(resolution: string | null | undefined): string {
  return resolution?.replace("x", "×") ?? "";
}

/** Such as "1.4 GB". */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let power = 0;
  let value = count;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1000;
    power++;
  }
  const digits = value < 10 && power ? 1 : 0;
  return number(value, { style: "unit", unit: units[power]!, unitDisplay: "short", maximumFractionDigits: digits });
}

/** A stream's status in words. */
export function statusName(status: Stream["status"]): string {
  const names: Record<Stream["status"], string> = {
    inactive: msg("Stopped"),
    starting: msg("Connecting…"),
    active: msg("Live"),
    stale: msg("No picture"),
    waiting: msg("Offline"),
    stopping: msg("Stopping…"),
    error: msg("Error"),
  };
  return names[status] ?? status;
}

/** The kind of chip or dot that a status is shown with. */
export function statusKind(status: Stream["status"]): "good" | "warn" | "bad" | "" {
  if (status === "active") return "good";
  if (status === "starting" || status === "stopping" || status === "stale") return "warn";
  return status === "inactive" ? "" : "bad";
}

/** An event type in words. */
export function typeName(type: string): string {
  return said(store.types.get(type)?.title ?? type);
}

/** A stream's name; of one that is gone, so much. */
export function streamName(id: string | null): string {
  if (!id) return msg("The hub");
  return store.streams.get(id)?.name ?? msg("A removed stream");
}
