// Keeps the store true: read once, kept up by the feed, read again after a gap.

import { all, api, body, hooks } from "../api/client.js";
import { Refused } from "../api/errors.js";
import type { Event, Stream } from "../api/types.js";
import { session } from "./session.js";
import { type Change, socket } from "./socket.js";
import { store } from "./store.js";

const REFRESH = 20_000;
const TOLD_WHOLE = new Set(["created", "updated"]);
const GONE = new Set(["deleted", "removed"]);

async function readStreams(): Promise<void> {
  // Who was granted nothing has an empty list, and no refusal.
  if (!session.can("streams.view")) return store.streams.replace([]);
  store.streams.replace(
    await all<Stream>((cursor) => api.GET("/api/streams", { params: { query: { limit: 500, cursor } } })),
  );
}

async function readOpenEvents(): Promise<void> {
  if (!session.can("events.view")) return store.open.replace([]);
  store.open.replace(
    await all<Event>((cursor) => api.GET("/api/events", { params: { query: { state: "open", limit: 500, cursor } } })),
  );
}

async function readTypes(): Promise<void> {
  if (session.can("events.view")) store.types.replace(await body(api.GET("/api/event-types")));
}

/** What one may do, as it was when everything was read. */
let rights = "";

/** Read everything (again) that all pages share. */
async function read(): Promise<void> {
  rights = `${session.me?.permissions}`;
  await Promise.all([readStreams(), readOpenEvents(), readTypes()]);
}

/** Whether the socket was lost, and is not back yet. */
let away = false;

/** The hub ends what is open when rights change, and cannot say so while nobody hears: what one sees may be other. */
async function back(): Promise<void> {
  if (!away || socket.state !== "live") return;
  away = false;
  await session.refresh();
  if (begun && store.streams.loaded) await read();
}

async function hear({ topic, change, id, data }: Change): Promise<void> {
  if (topic === "event") store.open.mark(data as unknown as Event);
  else if (topic === "plugin" || topic === "settings") await session.refresh();
  else if (topic !== "stream") return;
  else if (GONE.has(change)) store.streams.remove(id);
  else if (TOLD_WHOLE.has(change) || !store.streams.has(id)) {
    store.streams.put(await body(api.GET("/api/streams/{stream_id}", { params: { path: { stream_id: id } } })));
  } else store.streams.patch(id, data as Partial<Stream>);
}

/** Calm about refusals: what they mean is shown where the connection is. */
async function quietly(work: Promise<void>): Promise<void> {
  await work.catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
}

let begun = false;

/** Begin for the person who is signed in. */
export async function begin(): Promise<void> {
  if (begun || session.presence !== "in" || session.me?.factor_needed) return;
  begun = true;
  rights = `${session.me?.permissions}`;
  socket.open();
  await socket.greeted();
  await quietly(read());
}

/** Forget what the person who was here saw. */
export function end(): void {
  begun = false;
  store.streams.clear();
  store.open.replace([]);
}

socket.onChange((change) => void quietly(hear(change)));
socket.onReset(() => {
  if (!store.streams.loaded) return;
  void quietly(read());
  // The hub may be another one than before: newly started, with other plugins.
  void quietly(session.refresh());
});
// A session that ended elsewhere closes the socket; asking says which of the two it was.
socket.onLost(() => {
  away = true;
  void quietly(session.refresh());
});
socket.subscribe(() => void quietly(back()));
hooks.forbidden = () => void quietly(session.refresh());
session.subscribe(() => {
  if (session.presence !== "in") end();
  else if (!begun) void begin();
  else if (rights !== `${session.me?.permissions}`) void quietly(read());
});
setInterval(() => {
  if (!begun || document.hidden || !store.streams.loaded) return;
  void quietly(session.refresh().then(readStreams));
}, REFRESH);
