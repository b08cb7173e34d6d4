// What this device keeps of a hub, in IndexedDB. Several hubs may lie below one origin, each with its own.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { ROOT } from "../root.js";

/** Nothing is kept for longer. */
export const LONGEST = 7 * 86_400_000;

/** What was known of a stream last; no pictures. */
export interface KeptStream {
  id: string;
  name: string;
  status: "inactive" | "starting" | "active" | "stale" | "waiting" | "stopping" | "error";
  reason: string;
}

/** The wall as it was last seen by somebody. */
export interface KeptWall {
  user: string;
  at: number;
  streams: KeptStream[];
}

/** A mark that waits to be sent. `seq`: what its author had heard of the feed. */
export interface Mark {
  user: string;
  ids: string[];
  reviewed: boolean;
  at: number;
  seq: number;
}

interface Kept extends DBSchema {
  walls: { key: string; value: KeptWall };
  marks: { key: number; value: Mark };
}

let opened: Promise<IDBPDatabase<Kept>> | null = null;

export function device(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>(`glimpser${ROOT.pathname}`, 1, {
    upgrade(made) {
      made.createObjectStore("walls", { keyPath: "user" });
      made.createObjectStore("marks", { autoIncrement: true });
    },
  });
  return opened;
}
