// What can be found: its name, its drawing and where it leads.

import { msg } from "@lit/localize";
import type { components } from "../../api/schema.js";
import type { IconName } from "../../ui/icons.js";

export type Hit = components["schemas"]["Hit"];

/** A kind of things, in the plural. */
export function kindName(kind: string): string {
  const names: Record<string, string> = { stream: msg("Streams"), event: msg("Events") };
  return names[kind] ?? kind;
}

/** The drawing beside a hit. */
export function iconOf(kind: string): IconName {
  const icons: Record<string, IconName> = { stream: "monitor", event: "activity" };
  return icons[kind] ?? "panel";
}

/** The page of a hit, without a slash before it. */
export function placeOf(hit: Hit): string {
  return hit.kind === "stream" ? `streams/${hit.id}` : `review?event=${hit.id}`;
}
