// Which activities are asked for. The address holds it: `?severity=critical&stream=…&type=…&reviewed=all&from=…&to=…`.

import type { Activity } from "../../api/types.js";
import { dates, datesOf } from "../../ui/format.js";

export const SEVERITIES = ["critical", "warning", "notice", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `reviewed`: "" = those that wait, "yes" = those that were, "all". `from`, `to`: days such as 2026-11-22. */
export interface Filters {
  severity: Severity | "";
  stream: string;
  type: string;
  reviewed: "" | "yes" | "all";
  from: string;
  to: string;
}

export const NONE: Filters = { severity: "", stream: "", type: "", reviewed: "", from: "", to: "" };
const DAY = /^\d{4}-\d\d-\d\d$/;

/** What an address asks for; what makes no sense in it is left out. */
export function readFilters(query: URLSearchParams): Filters {
  const severity = SEVERITIES.find((name) => name === query.get("severity")) ?? "";
  const reviewed = query.get("reviewed") === "yes" ? "yes" : query.get("reviewed") === "all" ? "all" : "";
  const [from, to] = ["from", "to"].map((name) => (DAY.test(query.get(name) ?? "") ? query.get(name)! : ""));
  const first = from || to || "";
  const last = to || from || "";
  return {
    severity,
    reviewed,
    stream: query.get("stream") ?? "",
    type: query.get("type") ?? "",
    from: first <= last ? first : last,
    to: first <= last ? last : first,
  };
}

/** The zone in which times are shown. */
export function zone(): string {
  return dates({}).resolvedOptions().timeZone;
}

function offset(at: number, timeZone: string): number {
  const parts = datesOf("en", {
    timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at); // biome-ignore format: one list
  const [year, month, day, hour, minute, second] = ["year", "month", "day", "hour", "minute", "second"].map((name) =>
    Number(parts.find((part) => part.type === name)?.value),
  );
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - at;
}

/** When a day begins in the zone; `more` days later. */
export function midnight(day: string, more = 0, timeZone = zone()): string {
  const wanted = Date.parse(`${day}T00:00:00Z`) + more * 86_400_000;
  const near = wanted - offset(wanted, timeZone);
  return new Date(wanted - offset(near, timeZone)).toISOString();
}

/** The day of a moment in the zone, such as 2026-11-22. */
export function dayOf(moment: string | number): string {
  const at = new Date(moment).getTime();
  return new Date(at + offset(Math.floor(at / 1000) * 1000, zone())).toISOString().slice(0, 10);
}

/** A day so many days later. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The same for the API's list. */
export function asked(filters: Filters) {
  const { severity, stream, type, reviewed, from, to } = filters;
  return {
    ...(severity && { severity }),
    ...(stream && { stream }),
    ...(type && { type }),
    ...(reviewed !== "all" && { reviewed: reviewed === "yes" }),
    ...(from && { after: midnight(from) }),
    ...(to && { before: midnight(to, 1) }),
  };
}

/** Whether an activity belongs to what is asked for, but for whether it was reviewed. */
export function fits(filters: Filters, activity: Pick<Activity, "severity" | "stream_id" | "types" | "started_at">) {
  const day = filters.from && dayOf(activity.started_at);
  return (
    (!filters.severity || filters.severity === activity.severity) &&
    (!filters.stream || filters.stream === activity.stream_id) &&
    (!filters.type || activity.types.includes(filters.type)) &&
    (!filters.from || (filters.from <= day && day <= filters.to))
  );
}

/** Whether anything but what waits is asked for. */
export function narrowed(filters: Filters): boolean {
  return Boolean(filters.severity || filters.stream || filters.type || filters.from);
}
