// Saving what roles may do, beside others who do the same: what they changed stays, with one's own changes on top.

import { api, match } from "../../api/client.js";
import { Refused } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { catalogue, type Role } from "../people/catalogue.js";

type RoleIn = components["schemas"]["RoleIn"];

/** A role that is no longer as it was read; `now`: whether there still is one. */
export interface Conflict {
  name: string;
  now: boolean;
}

/** All permissions of a role. */
export function asIn(role: Role): Set<string> {
  return new Set(role.permissions);
}

/** A role as the API takes it, with these permissions beside those of its base. */
export function body(role: Role, permissions: Iterable<string>, more: Partial<RoleIn> = {}): RoleIn {
  const base = (more.base ?? role.base ?? "") as NonNullable<RoleIn["base"]>;
  const inherited = new Set(catalogue.role(base)?.permissions ?? []);
  const own = [...permissions].filter((permission) => !inherited.has(permission));
  return { name: role.name, base, rank: role.rank, limits: role.limits, ...more, permissions: own };
}

/** Save drafts, one role after the other; gives those that are left because somebody else was faster. */
export async function save(
  drafts: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<{ left: Map<string, Set<string>>; conflicts: Conflict[] }> {
  const left = new Map<string, Set<string>>();
  const stale: [Role, ReadonlySet<string>][] = [];
  for (const [id, wanted] of drafts) {
    const role = catalogue.role(id);
    if (!role) continue;
    try {
      const params = { path: { role_id: id }, header: match(role) };
      await api.PUT("/api/roles/{role_id}", { params, body: body(role, wanted) });
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 412 && error.status !== 404)) {
        await catalogue.load().catch(() => {});
        throw error;
      }
      stale.push([role, wanted]);
    }
  }
  await catalogue.load();
  const conflicts = stale.map(([before, wanted]) => {
    const now = catalogue.role(before.id);
    if (now) left.set(now.id, onTop(asIn(before), wanted, asIn(now)));
    return { name: now?.name ?? before.name, now: now !== undefined };
  });
  return { left, conflicts };
}

/** What somebody did to `before` to get `wanted`, done to `now`. */
function onTop(before: Set<string>, wanted: ReadonlySet<string>, now: Set<string>): Set<string> {
  const merged = new Set(now);
  for (const one of wanted) if (!before.has(one)) merged.add(one);
  for (const one of before) if (!wanted.has(one)) merged.delete(one);
  return merged;
}
