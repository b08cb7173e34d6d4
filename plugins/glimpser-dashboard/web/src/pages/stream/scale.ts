// A span of time across a width: zooming, moving, and where its marks stand.

import { dates } from "../../ui/format.js";

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const SHORTEST = 20 * SECOND;
const LONGEST = 20 * 366 * DAY;
/** So much of the future is shown, as a share of the span. */
const AHEAD = 0.04;

const length = (span: Span): number => span.to - span.from;

/** The span until now of so many milliseconds. */
export function untilNow(milliseconds: number, now = Date.now()): Span {
  const to = now + milliseconds * AHEAD;
  return { from: to - milliseconds, to };
}

/** Whether now is at the end of it, so that it goes along with the time. */
export function follows(span: Span, now = Date.now()): boolean {
  return now <= span.to && span.to - now <= length(span) * AHEAD * 2;
}

/** Longer (`factor` > 1) or shorter, while the moment `at` stays where it is. */
export function zoomed(span: Span, factor: number, at: number): Span {
  const wanted = Math.min(LONGEST, Math.max(SHORTEST, length(span) * factor));
  const share = (at - span.from) / length(span);
  return kept({ from: at - share * wanted, to: at + (1 - share) * wanted });
}

/** Moved into the past (negative) or towards now. */
export function moved(span: Span, by: number): Span {
  return kept({ from: span.from + by, to: span.to + by });
}

/** The same length around a moment. */
export function around(span: Span, at: number): Span {
  return moved(span, at - (span.from + span.to) / 2);
}

/** Nothing is known of the future, so that a span does not leave the present behind. */
function kept(span: Span, now = Date.now()): Span {
  const over = span.to - (now + length(span) * AHEAD);
  return over > 0 ? { from: span.from - over, to: span.to - over } : span;
}

/** Where a moment stands. */
export function place(span: Span, width: number, at: number): number {
  return ((at - span.from) / length(span)) * width;
}

/** The moment that stands somewhere. */
export function moment(span: Span, width: number, x: number): number {
  return span.from + (x / Math.max(1, width)) * length(span);
}

// biome-ignore format: a ladder
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map((s) => s * SECOND);
const DAYS = [1, 2, 7, 14];
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];
const ROOM = 92;

/** A mark of the axis. `strong`: where another day or year begins. */
export interface Mark {
  at: number;
  text: string;
  strong: boolean;
}

/** By how much local time is ahead of UTC at a moment. */
function ahead(at: number): number {
  const parts = dates({
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    hourCycle: "h23", numberingSystem: "latn", calendar: "gregory",
  }).formatToParts(at); // biome-ignore format: one list
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(at / SECOND) * SECOND;
}

/** Marks that have room beside each other, at round times of the user's zone. */
export function marks(span: Span, width: number): Mark[] {
  const least = (length(span) / Math.max(1, width)) * ROOM;
  const step = [...STEPS, ...DAYS.map((n) => n * DAY)].find((n) => n >= least);
  if (step === undefined) return months(span, least);
  const offset = ahead(span.from);
  const found: Mark[] = [];
  for (let local = Math.ceil((span.from + offset) / step) * step; local - offset <= span.to; local += step) {
    // The hour may change within the span.
    const at = local - ahead(local - offset);
    const midnight = local % DAY === 0;
    found.push({ at, text: midnight ? day(at) : time(at, step), strong: midnight && step < DAY });
  }
  return found;
}

function day(at: number): string {
  return dates({ day: "numeric", month: "short" }).format(at);
}

function time(at: number, step: number): string {
  return dates({ hour: "numeric", minute: "2-digit", second: step < MINUTE ? "2-digit" : undefined }).format(at);
}

function months(span: Span, least: number): Mark[] {
  const step = MONTHS.find((n) => n * 30 * DAY >= least) ?? MONTHS.at(-1)!;
  const first = new Date(span.from);
  const found: Mark[] = [];
  let number = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / step) * step;
  for (; ; number += step) {
    const local = Date.UTC(Math.floor(number / 12), number % 12, 1);
    const at = local - ahead(local);
    if (at > span.to) return found;
    const january = number % 12 === 0;
    const text = january
      ? dates({ year: "numeric" }).format(at)
      : dates({ month: "short", year: step > 6 ? "numeric" : undefined }).format(at);
    if (at >= span.from) found.push({ at, text, strong: january && step < 12 });
  }
}
