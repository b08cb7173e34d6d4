// Which role somebody new gets unless another is chosen.

import type { Role } from "../people/catalogue.js";

/** The lowest that sees all streams, so that somebody new sees something; else the lowest of all. */
export function lowest(roles: readonly Role[]): Role | undefined {
  const sorted = [...roles].sort((a, b) => a.rank - b.rank);
  return sorted.find((role) => role.everywhere) ?? sorted[0];
}
