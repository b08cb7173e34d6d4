// What was noticed, by id, and what of it the viewer has reviewed: kept up by the feed, here and on other devices.

import { api, body, match } from "../api/client.js";
import { Refused } from "../api/errors.js";
import type { Activity } from "../api/types.js";
import { session } from "./session.js";
import { socket } from "./socket.js";
import { Collection } from "./store.js";

const MOST = 500;

/** Where marks go that cannot be sent now; set by `marks.ts`. */
export const hold = {
  marks: async (_ids: string[], _reviewed: boolean): Promise<void> => {},
  /** Whether they cannot be sent now, or some wait already: then later ones wait behind those. */
  waiting: (): boolean => false,
};

/** Whether the hub was not reached, as opposed to that it refused. */
function away(error: unknown): boolean {
  return error instanceof Refused && (error.status === 0 || error.status === 502 || error.status === 503);
}

export const activities = new Collection<Activity>();

function become(ids: readonly string[], reviewed: boolean): void {
  for (const id of ids) {
    if (activities.get(id)?.reviewed !== reviewed) activities.patch(id, { reviewed });
  }
}

/** Mark as reviewed or not: shown at once, taken back when the hub refuses, and kept where it cannot be reached. Gives
 *  those that changed. */
export async function review(ids: readonly string[], reviewed: boolean): Promise<string[]> {
  const changed: string[] = [];
  for (let from = 0; from < ids.length; from += MOST) {
    const some = ids.slice(from, from + MOST);
    const other = some.filter((id) => activities.get(id)?.reviewed === !reviewed);
    become(some, reviewed);
    if (hold.waiting()) {
      await hold.marks(some, reviewed);
      changed.push(...other);
      continue;
    }
    try {
      const marked = await body(api.POST("/api/activities", { body: { ids: some, reviewed } }));
      changed.push(...marked.ids);
    } catch (error) {
      if (away(error)) {
        await hold.marks(some, reviewed);
        changed.push(...other);
        continue;
      }
      become(other, !reviewed);
      throw error;
    }
  }
  return changed;
}

/** Keep an activity when old ones are removed, or no longer. */
export async function protect(id: string, isProtected: boolean): Promise<void> {
  const { events: _events, ...activity } = await body(
    api.PATCH("/api/activities/{activity_id}", {
      params: { path: { activity_id: id }, header: match("*") },
      body: { protected: isProtected },
    }),
  );
  activities.put(activity);
}

/** Read some anew. What is not there (any more) is forgotten. */
export async function reread(ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map(async (activity_id) => {
      try {
        const { events: _events, ...activity } = await body(
          api.GET("/api/activities/{activity_id}", { params: { path: { activity_id } } }),
        );
        activities.put(activity);
      } catch (error) {
        if (error instanceof Refused && error.status === 404) activities.remove(activity_id);
        else if (!(error instanceof Refused)) throw error;
      }
    }),
  );
}

socket.onChange(({ topic, data }) => {
  if (topic === "review" && Array.isArray(data.ids)) become(data.ids as string[], data.reviewed === true);
});
session.subscribe(() => {
  if (session.presence !== "in") activities.clear();
});
