// What was kept of a stream around a moment: pictures and clips.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";

export type Clip = components["schemas"]["ClipOut"];

export interface Picture {
  id: string;
  at: number;
}

/** What can be shown of a moment. */
export interface Moment {
  at: number;
  clip: Clip | null;
  picture: Picture | null;
}

const one = (stream: string) => ({ path: { stream_id: stream } });

/** The newest picture until a moment. */
export async function pictureBefore(stream: string, at: number): Promise<Picture | null> {
  const query = { before: new Date(at + 1).toISOString(), limit: 1 };
  const params = { ...one(stream), query };
  const [found] = await body(api.GET("/api/streams/{stream_id}/snapshots", { params }));
  return found ? { id: found.id, at: Date.parse(found.captured_at) } : null;
}

async function clipAt(stream: string, at: number): Promise<Clip | null> {
  const query = { before: new Date(at + 1).toISOString(), limit: 1 };
  const params = { ...one(stream), query };
  const [found] = await body(api.GET("/api/streams/{stream_id}/clips", { params }));
  return found?.ended_at && Date.parse(found.ended_at) >= at ? found : null;
}

/** What was kept of a moment: the clip that goes on then, else the picture before it. */
export async function keptAt(stream: string, at: number): Promise<Moment> {
  const [clip, picture] = await Promise.all([clipAt(stream, at), pictureBefore(stream, at)]);
  return { at, clip, picture };
}
