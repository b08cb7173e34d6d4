// `?event=…`, as a hit of the search says it: the address becomes that of its activity, in the list of its day.

import { api, body } from "../../api/client.js";
import { router } from "../../router.js";
import { tell, toast } from "../../state/toasts.js";
import { when } from "../../ui/format.js";
import { dayOf } from "./filters.js";

const NO_FILTERS = { severity: null, stream: null, type: null, to: null };

export class Seek {
  #asked = "";

  /** Whether an event is being looked for, so that there is no list to show yet. */
  looking(query: URLSearchParams): boolean {
    const event = query.has("activity") ? "" : (query.get("event") ?? "");
    if (event !== this.#asked) {
      this.#asked = event;
      if (event) void this.#find(event);
    }
    return event !== "";
  }

  async #find(event_id: string): Promise<void> {
    const found = await tell(() => body(api.GET("/api/events/{event_id}", { params: { path: { event_id } } })));
    const activity_id = found?.activity_id;
    const activity = activity_id
      ? await tell(() => body(api.GET("/api/activities/{activity_id}", { params: { path: { activity_id } } })))
      : undefined;
    if (event_id !== this.#asked) return;
    if (activity) {
      router.ask({ ...NO_FILTERS, activity: activity.id, reviewed: "all", from: dayOf(activity.started_at) });
    } else if (found?.stream_id) {
      router.go(`streams/${found.stream_id}?at=${encodeURIComponent(found.started_at)}`, { replace: true });
    } else {
      // The hub's own ones belong to no stream and no activity.
      if (found) toast(`${when(found.started_at)}: ${found.text}`);
      router.ask({ event: null });
    }
  }
}
