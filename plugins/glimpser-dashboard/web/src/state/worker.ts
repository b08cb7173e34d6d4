// The service worker, which keeps the static shell: for people who are signed in, over connections that browsers trust.

import type { TrustedScriptURL, TrustedTypePolicyFactory } from "trusted-types/lib";
import { ROOT } from "../root.js";
import { connection } from "./connection.js";
import { session } from "./session.js";

const ADDRESS = new URL("sw.js", ROOT).href;
const SOON = 3000;

let begun = false;

/** The one address that this may be asked for: browsers take no other under the hub's content policy. */
function address(): string | TrustedScriptURL {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypePolicyFactory };
  const createScriptURL = (url: string): string => (url === ADDRESS ? url : "");
  return trustedTypes?.createPolicy("glimpser-worker", { createScriptURL }).createScriptURL(ADDRESS) ?? ADDRESS;
}

async function begin(): Promise<void> {
  const { Workbox } = await import("workbox-window");
  const worker = new Workbox(address(), { scope: ROOT.pathname });
  // A newer one is let in by newer pages. Older ones go on with theirs, and say that there are newer ones.
  worker.addEventListener("waiting", () => {
    void connection.compare().then((outdated) => outdated || worker.messageSkipWaiting());
  });
  await worker.register();
}

session.subscribe(() => {
  if (begun || session.presence !== "in" || import.meta.env.DEV || !("serviceWorker" in navigator)) return;
  begun = true;
  // Not before the page is there. Browsers that keep nothing go on without it.
  const later = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, SOON));
  later(() => void begin().catch(() => {}), { timeout: SOON });
});
