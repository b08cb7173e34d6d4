// Which settings stand together.

import { msg } from "@lit/localize";
import type { components } from "../../api/schema.js";

export type Setting = components["schemas"]["SettingOut"];

interface Section {
  id: string;
  title: () => string;
  keys: string[];
  /** Also what no section names. */
  rest?: boolean;
}

// biome-ignore format: one line each
export const SECTIONS: readonly Section[] = [
  { id: "general", title: () => msg("General"), keys: ["timezone", "log_level", "node_name", "log_format"] },
  { id: "storage", title: () => msg("Storage"), keys: ["max_media_bytes", "max_media_percent", "min_free_percent", "event_retention_days", "audit_retention_days", "data_dir", "database_url"] },
  { id: "security", title: () => msg("Security"), keys: ["require_factor", "tls", "tls_certificate", "tls_key", "allow_insecure_http", "ca_file", "key_file", "egress_allow"] },
  { id: "streams", title: () => msg("Streams"), keys: ["max_idle_gap_s", "media_roots", "workers"] },
  { id: "network", title: () => msg("Network"), keys: ["public_url", "host", "port", "allowed_hosts", "trusted_proxies"] },
  { id: "start", title: () => msg("Start"), keys: ["plugins", "safe"], rest: true },
];

/** The section that shows a setting. */
export function sectionOf(key: string): string {
  return (SECTIONS.find(({ keys }) => keys.includes(key)) ?? SECTIONS.find(({ rest }) => rest)!).id;
}

/** Where a value comes from, in words. */
export function sourceWords({ source, where }: Setting): string {
  const words: Record<string, string> = {
    default: msg("Default"),
    database: msg("Set here"),
    environment: msg("Environment"),
    file: msg("File"),
    argument: msg("Command line"),
  };
  const text = words[source] ?? source;
  return where && source !== "database" && source !== "default" ? `${text}: ${where}` : text;
}
