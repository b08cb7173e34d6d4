// Times, lengths and words for people.

let zone;

/** Show times in this IANA zone; null = the browser's. */
export function setZone(name) {
  zone = name || undefined;
}

const DAY = 86400000;

function parts(options) {
  return new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options });
}

function day(date) {
  return parts({ dateStyle: "short" }).format(date);
}

/** Such as "Today, 14:03:09" or "3 May 2026, 14:03:09". */
export function when(text) {
  const date = new Date(text);
  const time = parts({ timeStyle: "medium" }).format(date);
  const now = Date.now();
  if (day(date) === day(now)) return `Today, ${time}`;
  if (day(date) === day(now - DAY)) return `Yesterday, ${time}`;
  return `${parts({ dateStyle: "medium" }).format(date)}, ${time}`;
}

/** The day as a heading. */
export function dayName(text) {
  const date = new Date(text);
  if (day(date) === day(Date.now())) return "Today";
  if (day(date) === day(Date.now() - DAY)) return "Yesterday";
  return parts({ weekday: "long", day: "numeric", month: "long" }).format(date);
}

/** Only the time of day, with seconds. */
export function clock(text) {
  return parts({ timeStyle: "medium" }).format(new Date(text));
}

/** Such as "4 s ago". */
export function ago(text) {
  const seconds = Math.max(0, (Date.now() - new Date(text)) / 1000);
  return seconds < 2 ? "just now" : `${span(seconds)} ago`;
}

/** Such as "12 s", "3 min 5 s", "2 h 10 min". */
export function span(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ""}`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** How long an event or activity lasted, or lasts. */
export function lasted({ started_at, ended_at }) {
  if (!ended_at) return "now";
  const seconds = (new Date(ended_at) - new Date(started_at)) / 1000;
  return seconds < 1 ? "a moment" : span(seconds);
}

/** Such as "12.5 fps"; nothing when unknown. */
export function rate(fps) {
  return fps === null || fps === undefined ? "" : `${fps < 10 ? Math.round(fps * 10) / 10 : Math.round(fps)} fps`;
}

const STATUS = {
  inactive: "Stopped",
  starting: "Connecting…",
  active: "Live",
  stale: "No picture",
  waiting: "Offline",
  stopping: "Stopping…",
  error: "Error",
};

/** A stream's status in words. */
export function statusName(status) {
  return STATUS[status] ?? status;
}

const titles = new Map();

/** Learn the titles of event types. */
export function learnTypes(types) {
  for (const { type, title } of types) titles.set(type, title);
}

/** An event type in words. */
export function typeName(type) {
  return titles.get(type) ?? type;
}
