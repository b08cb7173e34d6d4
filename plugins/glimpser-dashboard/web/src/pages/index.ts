// Every page, one line each; beside it a line in `glimpser_dashboard/plugin.py`, so that its address can be loaded.

import { msg } from "@lit/localize";
import type { IconName } from "../ui/icons.js";

/** Where a page stands in the menu. `section`: watch, manage or system; `order` within it; `bar`: on a phone's bar. */
export interface NavSpec {
  section: "watch" | "manage" | "system";
  order: number;
  icon: IconName;
  words: () => string;
  bar?: boolean;
}

/** `path`: as in plugin.py; `tag`: its element; `needs`: the permission without which it says so (or any of several);
 *  `hubwide`: a grant on some streams is not enough; `personal`: about what one has oneself, which visitors of a demo
 *  do not; `door`: for people who are not signed in; `kiosk`: `?kiosk` shows nothing beside it;
 *  `factorless`: also before a demanded second factor is set up. */
export interface PageSpec {
  path: string;
  tag: `page-${string}`;
  load: () => Promise<unknown>;
  needs?: string | string[];
  hubwide?: boolean;
  kiosk?: boolean;
  personal?: boolean;
  door?: boolean;
  factorless?: boolean;
  nav?: NavSpec;
}

// biome-ignore format: one line each
export const PAGES: readonly PageSpec[] = [
  { path: "/", tag: "page-wall", load: () => import("./wall/page.js"), kiosk: true, nav: { section: "watch", order: 10, icon: "wall", words: () => msg("Wall"), bar: true } },
  { path: "/review", tag: "page-review", load: () => import("./review/page.js"), needs: "events.view", nav: { section: "watch", order: 20, icon: "inbox", words: () => msg("Review"), bar: true } },
  { path: "/streams/new", tag: "page-stream-new", load: () => import("./stream-edit/new.js"), needs: "streams.configure", hubwide: true },
  { path: "/streams/<stream_id>/edit", tag: "page-stream-edit", load: () => import("./stream-edit/edit.js"), needs: "streams.view" },
  { path: "/share-target", tag: "page-share-target", load: () => import("./stream-edit/share.js"), needs: "streams.configure", hubwide: true },
  { path: "/welcome", tag: "page-welcome", load: () => import("./welcome/page.js"), needs: "streams.configure", hubwide: true },
  { path: "/settings", tag: "page-settings", load: () => import("./settings/page.js"), needs: "settings.view", nav: { section: "system", order: 40, icon: "settings", words: () => msg("Settings") } },
  { path: "/search", tag: "page-search", load: () => import("./search/page.js"), nav: { section: "watch", order: 40, icon: "search", words: () => msg("Search") } },
  { path: "/plugins", tag: "page-plugins", load: () => import("./plugins/page.js"), needs: "plugins.view", nav: { section: "system", order: 10, icon: "plugin", words: () => msg("Plugins") } },
  { path: "/plugins/<plugin_id>", tag: "page-plugin", load: () => import("./plugins/detail.js"), needs: "plugins.view" },
  { path: "/status", tag: "page-status", load: () => import("./status/page.js"), needs: "system.view", nav: { section: "system", order: 30, icon: "status", words: () => msg("Status") } },
  { path: "/help", tag: "page-help", load: () => import("./help/page.js"), nav: { section: "system", order: 90, icon: "help", words: () => msg("Help") } },
  { path: "/streams", tag: "page-streams", load: () => import("./streams/page.js"), needs: "streams.view", nav: { section: "watch", order: 20, icon: "streams", words: () => msg("Streams"), bar: true } },
  { path: "/streams/<stream_id>", tag: "page-stream", load: () => import("./stream/page.js"), needs: "streams.view" },
  { path: "/groups", tag: "page-groups", load: () => import("./groups/page.js"), needs: "streams.view", nav: { section: "manage", order: 10, icon: "group", words: () => msg("Groups") } },
  { path: "/login", tag: "page-login", load: () => import("./login/page.js"), door: true },
  { path: "/setup", tag: "page-setup", load: () => import("./setup/page.js"), door: true },
  { path: "/p/<plugin_id>/<name>", tag: "page-panel", load: () => import("./panel/page.js") },
  { path: "/s", tag: "page-share", load: () => import("./share/page.js"), door: true },
  { path: "/invitation", tag: "page-password", load: () => import("./password/page.js"), door: true },
  { path: "/reset", tag: "page-password", load: () => import("./password/page.js"), door: true },
  { path: "/account", tag: "page-account", load: () => import("./account/page.js"), personal: true, factorless: true },
  { path: "/users", tag: "page-users", load: () => import("./users/page.js"), needs: "users.manage", nav: { section: "manage", order: 50, icon: "people", words: () => msg("Users") } },
  { path: "/users/<user_id>", tag: "page-user", load: () => import("./users/user.js"), needs: "users.manage" },
  { path: "/roles", tag: "page-roles", load: () => import("./roles/page.js"), needs: "users.manage", nav: { section: "manage", order: 55, icon: "role", words: () => msg("Roles") } },
  { path: "/keys", tag: "page-keys", load: () => import("./keys/page.js"), personal: true, nav: { section: "manage", order: 60, icon: "key", words: () => msg("API keys") } },
  { path: "/links", tag: "page-links", load: () => import("./links/page.js"), personal: true, nav: { section: "manage", order: 65, icon: "share", words: () => msg("Share links") } },
  { path: "/audit", tag: "page-audit", load: () => import("./audit/page.js"), needs: "audit.view", nav: { section: "system", order: 40, icon: "audit", words: () => msg("Audit log") } },
];
