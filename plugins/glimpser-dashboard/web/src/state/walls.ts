// Saved walls: read, kept, deleted.

import { all, api, body, match } from "../api/client.js";
import type { components } from "../api/schema.js";
import { session } from "./session.js";
import { Collection } from "./store.js";

export type Wall = components["schemas"]["WallOut"];
export type WallDraft = Required<Omit<components["schemas"]["WallIn"], "role">> & { role: string | null };
export type WallTile = Wall["tiles"][number];

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** An id as the hub makes them: 48 bits of time and 80 of chance, with the marks of a UUIDv7, in Crockford's base 32. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(now / 2 ** (8 * (5 - n))) % 256;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let id = "";
  for (let n = 0; n < 26; n++) {
    id = DIGITS[Number(value & 31n)] + id;
    value >>= 5n;
  }
  return id;
}

class Walls extends Collection<Wall> {
  /** By name, one's own first. */
  get list(): Wall[] {
    return this.values().sort((a, b) => Number(b.mine) - Number(a.mine) || a.name.localeCompare(b.name));
  }

  /** Read all of them (again). */
  async read(): Promise<void> {
    this.replace(
      await all<Wall>((cursor) => api.GET("/api/dashboards", { params: { query: { limit: 100, cursor } } })),
    );
  }

  /** Keep a wall: a new one, or in place of the one that was read. `id`: of one that is to be there again. */
  async save(draft: WallDraft, instead: Wall | null = null, id = newId()): Promise<Wall> {
    const path = { wall_id: instead?.id ?? id };
    const headers = instead ? match(instead) : {};
    const kept = await body(api.PUT("/api/dashboards/{wall_id}", { params: { path }, body: draft, headers }));
    this.put(kept);
    return kept;
  }

  async delete(wall: Wall): Promise<true> {
    await api.DELETE("/api/dashboards/{wall_id}", { params: { path: { wall_id: wall.id }, header: match(wall) } });
    this.remove(wall.id);
    return true;
  }
}

export const walls = new Walls();
session.subscribe(() => {
  if (session.presence !== "in") walls.clear();
});

/** What is sent to keep a wall as it is. */
export function draftOf(wall: Wall): WallDraft {
  const { name, visibility, role, columns, rows, rotation_s, idle, active_s, tiles } = wall;
  return { name, visibility, role, columns, rows, rotation_s, idle, active_s, tiles };
}
