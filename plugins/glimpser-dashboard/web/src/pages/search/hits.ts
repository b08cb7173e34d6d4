// What can be found: its name, its drawing and where it leads.

import { msg } from "@lit/localize";
import type { components } from "../../api/schema.js";
import { labelOf } from "../../forms/schema.js";
import { said } from "../../locale/said.js";
import { streamName } from "../../ui/format.js";
import type { IconName } from "../../ui/icons.js";
import { sectionOf } from "../settings/sections.js";

export type Hit = components["schemas"]["Hit"];

/** Hits that stand under one heading. */
export interface Group {
  id: string;
  title: string;
  hits: Hit[];
}

/** In the order of the answer: what the hub has by its kind, what plugins found by what they call it. */
export function grouped(hits: readonly Hit[]): Group[] {
  const groups = new Map<string, Group>();
  for (const hit of hits) {
    const key = hit.kind === "plugin" ? `${hit.plugin}/${hit.group}` : hit.kind;
    const group = groups.get(key) ?? {
      id: `found-${groups.size}`,
      title: hit.group ? said(hit.group) : kindName(hit.kind),
      hits: [],
    };
    group.hits.push(hit);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A kind of things, in the plural. */
export function kindName(kind: string): string {
  const names: Record<string, string> = {
    stream: msg("Streams"),
    event: msg("Events"),
    user: msg("Users"),
    setting: msg("Settings"),
  };
  return names[kind] ?? kind;
}

/** The drawing beside a hit. */
export function iconOf(kind: string): IconName {
  const icons: Record<string, IconName> = { stream: "monitor", event: "activity", user: "user", setting: "settings" };
  return icons[kind] ?? "panel";
}

/** What a hit is called: settings as on their page. */
export function titleOf(hit: Hit): string {
  return hit.kind === "setting"
    ? labelOf(hit.id, { type: "number" })
    : hit.kind === "event"
      ? said(hit.title)
      : hit.title;
}

/** What else is said of it: of what happened on a stream, the stream. */
export function detailOf(hit: Hit): string {
  if (hit.kind === "user") {
    const parts = hit.detail.split(", ");
    return [...parts.slice(0, -1), said(parts.at(-1)!)].join(", ");
  }
  if (hit.kind === "setting") return said(hit.detail);
  if (!hit.stream_id || hit.kind === "stream") return hit.detail;
  const stream = streamName(hit.stream_id);
  return hit.kind === "plugin" && hit.detail ? `${stream} · ${hit.detail}` : stream;
}

/** The page of a hit, without a slash before it. */
export function placeOf(hit: Hit): string {
  switch (hit.kind) {
    case "stream":
      return `streams/${hit.id}`;
    case "event":
      return `review?event=${hit.id}`;
    case "user":
      return `users/${hit.id}`;
    case "setting":
      return `settings?section=${sectionOf(hit.id)}`;
    default:
      return hit.link ?? "search";
  }
}
