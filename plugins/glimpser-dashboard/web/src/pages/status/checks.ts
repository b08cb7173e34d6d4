// What the hub's checks are called, and what helps.

import { msg, str } from "@lit/localize";
import type { Health } from "./samples.js";

type Check = Health["checks"][number];

/** The subject of a check. */
export function checkName(id: string): string {
  const [kind, plugin] = id.split(":");
  if (plugin) return msg(str`Plugin ${plugin}`);
  const names: Record<string, string> = {
    hub: msg("Hub"),
    storage: msg("Storage"),
    passwords: msg("Sign-in with a password"),
    sources: msg("Kinds of streams"),
    streams: msg("Streams"),
  };
  return names[kind!] ?? id;
}

/** What to do, and where. */
export function advice(check: Check): { text: string; link: string; label: string } {
  const [kind, plugin] = check.id.split(":");
  if (plugin) {
    return { text: msg("Its page says why, and what helps."), link: `plugins/${plugin}`, label: msg("Show") };
  }
  const known: Record<string, [string, string?, string?]> = {
    hub: [msg("It starts or stops: wait a moment.")],
    storage: [msg("Free some space, or keep pictures for a shorter time."), "settings", msg("Settings")],
    passwords: [msg("Install a plugin that knows passwords, and restart the hub.")],
    sources: [msg("Install a plugin that brings some, and restart the hub.")],
    streams: [msg("On the wall each says why."), "", msg("Show")],
  };
  const [text, link, label] = known[kind!] ?? [""];
  return { text, link: label ? link || "." : "", label: label ?? "" };
}
