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

/** Which of the hub's answers a list is. */
const tags = new WeakMap<readonly Grant[], string>();

/** What was granted on it. */
export function readGrants({ stream, group }: Granted): Promise<Grant[]> {
  return kept(
    group
      ? api.GET("/api/stream-groups/{group_id}/permissions", { params: { path: { group_id: group } } })
      : api.GET("/api/streams/{stream_id}/permissions", { params: { path: { stream_id: stream ?? "" } } }),
  );
}

/** These shall be all, if it is still as in `known`, an answer of before; gives what the hub keeps then. */
export function writeGrants(
  { stream, group }: Granted,
  wanted: readonly Grant[],
  known?: readonly Grant[],
): Promise<Grant[]> {
  const grants = wanted
    .filter((grant) => grant.permissions.length)
    .map(({ user, role, permissions }) => (user ? { user, permissions } : { role, permissions }) as GrantIn);
  const tag = known && tags.get(known);
  const given = { body: { grants }, ...(tag ? { headers: { "If-Match": tag } } : {}) };
  return kept(
    group
      ? api.PUT("/api/stream-groups/{group_id}/permissions", { params: { path: { group_id: group } }, ...given })
      : api.PUT("/api/streams/{stream_id}/permissions", { params: { path: { stream_id: stream ?? "" } }, ...given }),
  );
}

async function kept(asked: Promise<{ data?: Grant[]; response: Response }>): Promise<Grant[]> {
  const grants = await body(asked);
  const tag = (await asked).response.headers.get("ETag");
  if (tag) tags.set(grants, tag);
  return grants;
}
