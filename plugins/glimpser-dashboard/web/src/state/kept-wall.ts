// The last-known wall, for when the hub cannot be reached: kept where its viewer chose so on this device, and erased when
// they sign out, when their session ends elsewhere, when somebody else signs in, and after seven days.

import { connection } from "./connection.js";
import { device, type KeptWall, LONGEST } from "./device.js";
import { session } from "./session.js";
import { store } from "./store.js";

const KEY = "glimpser.keep";
const PAUSE = 10_000;

let timer = 0;
let shown: string | null | undefined;

/** Whether the one who is here chose to keep it on this device. */
export function keeps(): boolean {
  return session.me !== null && localStorage.getItem(KEY) === session.me.id;
}

async function forget(): Promise<void> {
  const kept = await device();
  await kept.clear("walls");
}

/** Keep it from now on, or keep nothing. */
export async function keep(wanted: boolean): Promise<void> {
  if (wanted && session.me) localStorage.setItem(KEY, session.me.id);
  else localStorage.removeItem(KEY);
  await (wanted ? write() : forget());
}

async function write(): Promise<void> {
  clearTimeout(timer);
  timer = 0;
  if (!keeps() || !store.streams.loaded || connection.reach !== "live") return;
  const streams = store.streams.list.map(({ id, name, status, reason }) => ({
    id,
    name,
    status,
    reason: reason?.text ?? "",
  }));
  const user = session.me!.id;
  const kept = await device();
  // Signed out meanwhile: then nothing is kept.
  if (keeps()) await kept.put("walls", { user, at: Date.now(), streams });
}

/** The wall as it was last seen, or null. */
export async function lastKnown(): Promise<KeptWall | null> {
  const kept = await device();
  for (const wall of await kept.getAll("walls")) {
    if (wall.at + LONGEST > Date.now() && localStorage.getItem(KEY) === wall.user) return wall;
    await kept.delete("walls", wall.user);
  }
  return null;
}

store.streams.subscribe(() => {
  if (keeps()) timer ||= window.setTimeout(() => void write().catch(() => {}), PAUSE);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && timer) void write().catch(() => {});
});
session.subscribe(() => {
  const { me, presence } = session;
  if (presence === "starting" || presence === "failed") return;
  const now = me?.id ?? null;
  if (now === shown) return;
  shown = now;
  // Nobody is here, or it is kept for somebody else.
  if (!keeps()) void forget().catch(() => {});
});
