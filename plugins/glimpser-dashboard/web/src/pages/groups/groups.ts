// Groups, as the hub tells them.

import { all, api } from "../../api/client.js";
import type { components } from "../../api/schema.js";

export type Group = components["schemas"]["GroupOut"];

/** All that one may see, by name. */
export function readGroups(): Promise<Group[]> {
  return all<Group>((cursor) => api.GET("/api/stream-groups", { params: { query: { limit: 500, cursor } } }));
}
