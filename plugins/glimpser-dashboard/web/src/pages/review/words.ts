// Activities in words.

import { msg, str } from "@lit/localize";
import type { Activity } from "../../api/types.js";
import { lasted, number, typeName } from "../../ui/format.js";

/** What occurs in it. */
export function what(activity: Pick<Activity, "types">): string {
  return activity.types.map(typeName).join(", ") || msg("Activity");
}

/** How long it lasted. */
export function length(activity: Pick<Activity, "started_at" | "ended_at">): string {
  return activity.ended_at ? lasted(activity) : msg("happening now");
}

/** A severity in words. */
export function severityName(severity: string): string {
  const names: Record<string, string> = {
    critical: msg("Critical"),
    warning: msg("Warning"),
    notice: msg("Notice"),
    info: msg("Info"),
  };
  return names[severity] ?? severity;
}

/** The kind of chip that a severity is shown with. */
export function severityKind(severity: string): string {
  return { critical: "bad", warning: "warn", notice: "note" }[severity] ?? "";
}

/** How sure it was, at its peak. */
export function sure(score: number | null): string {
  return score === null ? "" : number(score, { style: "percent" });
}

/** Such as "3 events"; nothing for one. */
export function events(count: number): string {
  return count > 1 ? msg(str`${count} events`) : "";
}
