// Plugins as the hub tells of them, in words.

import { msg } from "@lit/localize";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";

export type Plugin = components["schemas"]["PluginOut"];
export type PluginDetail = components["schemas"]["PluginDetail"];

const FINE = new Set(["running", "starting"]);

/** Those that failed first, then by name. */
export async function listPlugins(): Promise<Plugin[]> {
  const rank = (plugin: Plugin): number => (failed(plugin) ? 0 : plugin.state === "disabled" ? 2 : 1);
  const found = await body(api.GET("/api/plugins"));
  return found.sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

/** Whether it does not do what it was installed for. */
export function failed(plugin: Pick<Plugin, "state">): boolean {
  return !FINE.has(plugin.state) && plugin.state !== "disabled";
}

/** Whether a restart of the hub would switch it on or off. */
export function waits(plugin: Plugin): boolean {
  return plugin.enabled !== (plugin.state !== "disabled");
}

/** A state in words. */
export function stateName(state: string): string {
  const names: Record<string, string> = {
    running: msg("Running"),
    starting: msg("Starting…"),
    disabled: msg("Switched off"),
    blocked: msg("Blocked"),
    incompatible: msg("Does not fit"),
    import_error: msg("Cannot be loaded"),
    config_error: msg("Wrong settings"),
    migration_error: msg("Tables not ready"),
    setup_retry: msg("Trying again"),
    degraded: msg("Partly working"),
    stopped: msg("Stopped"),
  };
  return names[state] ?? state;
}

/** The kind of chip or dot. */
export function stateKind(plugin: Pick<Plugin, "state">): "good" | "warn" | "bad" | "" {
  if (FINE.has(plugin.state)) return "good";
  if (plugin.state === "disabled") return "";
  return plugin.state === "degraded" || plugin.state === "setup_retry" ? "warn" : "bad";
}

/** Why it is not running, in the hub's words. */
export function why(plugin: Plugin): string {
  const detail = plugin.reason?.params;
  return typeof detail === "object" && detail && "detail" in detail ? String(detail.detail) : "";
}

/** What helps. */
export function whatToDo(state: string): string {
  const advice: Record<string, string> = {
    disabled: msg("Switch it on, and restart the hub."),
    blocked: msg("Install or switch on what it needs, or remove what is in its way; then restart the hub."),
    incompatible: msg("Install a version of it that fits this hub, and restart the hub."),
    import_error: msg("Install it again with all that it needs, and restart the hub."),
    config_error: msg("Correct the setting that is named, and restart the hub."),
    migration_error: msg("Its data is as it was. Install the newest version of it, and restart the hub."),
    setup_retry: msg("It is tried again by itself. Look whether what it needs is there: a server, a file, a device."),
    degraded: msg("A part of it ended. Restart the hub; if that does not help, tell its author."),
    stopped: msg("Restart the hub."),
  };
  return advice[state] ?? "";
}

/** What a plugin asks of the hub, in words. */
export function asks(capability: string): string {
  const known: Record<string, string> = {
    "network:camera": msg("Connects to cameras and video servers"),
    "network:web": msg("Connects to web pages"),
    "network:webhook": msg("Sends to addresses that you name"),
    "network:feed": msg("Reads public feeds"),
    "network:model": msg("Sends pictures or texts to a model"),
    "network:identity": msg("Connects to a provider of sign-in"),
    files: msg("Reads files that you name"),
    subprocess: msg("Starts other programs"),
  };
  return known[capability] ?? capability;
}

/** What a plugin adds, in words. */
export function addition(kind: string): string {
  const known: Record<string, string> = {
    sources: msg("Kinds of streams"),
    analyzers: msg("Analyzers"),
    sinks: msg("Sinks"),
    auth_backends: msg("Ways to sign in"),
    event_types: msg("Types of events"),
    permissions: msg("Permissions"),
    commands: msg("Commands"),
  };
  return known[kind] ?? kind;
}
