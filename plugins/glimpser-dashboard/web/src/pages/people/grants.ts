// Grants on a stream or a group, as the hub keeps them: all of them at once.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";

export type Grant = components["schemas"]["GrantOut"];
type GrantIn = components["schemas"]["GrantIn"];

/** What they are on: one of both. */
export interface Granted {
  stream?: string;
  group?: string;
}

/** What was granted on it. */
export function readGrants({ stream, group }: Granted): Promise<Grant[]> {
  return group
    ? body(api.GET("/api/stream-groups/{group_id}/permissions", { params: { path: { group_id: group } } }))
    : body(api.GET("/api/streams/{stream_id}/permissions", { params: { path: { stream_id: stream ?? "" } } }));
}

/** These shall be all; gives what the hub keeps then. */
export function writeGrants({ stream, group }: Granted, wanted: readonly Grant[]): Promise<Grant[]> {
  const grants = wanted
    .filter((grant) => grant.permissions.length)
    .map(({ user, role, permissions }) => (user ? { user, permissions } : { role, permissions }) as GrantIn);
  const given = { body: { grants } };
  return group
    ? body(api.PUT("/api/stream-groups/{group_id}/permissions", { params: { path: { group_id: group } }, ...given }))
    : body(
        api.PUT("/api/streams/{stream_id}/permissions", { params: { path: { stream_id: stream ?? "" } }, ...given }),
      );
}
