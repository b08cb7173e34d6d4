// Roles and permissions, as all pages about people know them.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { Changing } from "../../state/watch.js";

export type Role = components["schemas"]["RoleOut"];
export type Permission = components["schemas"]["PermissionOut"];
export type Counted = components["schemas"]["CountedOut"];

/** Watch it. Empty for who may not see it. */
class Catalogue extends Changing {
  roles: Role[] = [];
  permissions: Permission[] = [];
  limits: Counted[] = [];
  loaded = false;

  async load(): Promise<void> {
    if (!session.can("users.manage")) return;
    Object.assign(this, await body(api.GET("/api/roles")), { loaded: true });
    this.changed();
  }

  role(id: string): Role | undefined {
    return this.roles.find((role) => role.id === id);
  }

  /** Roles that one may give to somebody. */
  get given(): Role[] {
    return this.roles.filter((role) => role.can.includes("give"));
  }

  /** What a permission allows, in words. */
  title(id: string): string {
    return said(this.permissions.find((permission) => permission.id === id)?.title ?? id);
  }
}

export const catalogue = new Catalogue();

session.subscribe(() => {
  if (session.presence !== "in") Object.assign(catalogue, { roles: [], permissions: [], limits: [], loaded: false });
});

/** The area of a permission, such as "streams". */
export function area(permission: string): string {
  return permission.split(".", 1)[0]!;
}

/** Things by the area of their permission. */
export function byArea<T>(things: readonly T[], id: (thing: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const thing of things) {
    const name = area(id(thing));
    found.set(name, [...(found.get(name) ?? []), thing]);
  }
  return found;
}
