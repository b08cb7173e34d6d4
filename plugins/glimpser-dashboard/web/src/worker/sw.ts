// The service worker: keeps the static shell for when the hub cannot be reached, and nothing else. Answers of the API
// and pictures never pass through it.

import type { PrecacheEntry } from "workbox-precaching";
import { precacheAndRoute } from "workbox-precaching";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: PrecacheEntry[] };

/** The folder of the files that go with this worker; the hub puts it in. */
const FILES = "{files}";
const SCOPE = self.registration.scope;
const CACHE = `glimpser-shell-${SCOPE}`;
const SHELL = `${SCOPE}?shell=${encodeURIComponent(FILES)}`;
/** How long the hub may take to answer with the document before the kept one is shown. */
const PATIENCE = 5000;
const AWAY = new Set([502, 503, 504]);

// Files lie in a folder that is named after all that is in them: what is at an address never changes.
precacheAndRoute(self.__WB_MANIFEST, { cleanURLs: false, directoryIndex: "" });

/** Keep the document, such that it can stand at any address below the hub's root. */
async function keepShell(): Promise<void> {
  const answer = await fetch(SCOPE, { cache: "no-cache" });
  const text = await answer.text();
  // A proxy that wants people to sign in, or a hub that was updated just now: tried again later.
  if (!answer.ok || !text.includes(FILES.slice(2)))
    throw new Error("another document than the one that goes with this");
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "ETag"]) headers.delete(name);
  const placed = text.replaceAll('"./', `"${new URL(SCOPE).pathname}`);
  await (await caches.open(CACHE)).put(SHELL, new Response(placed, { headers }));
}

async function forgetOthers(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const { url } of await cache.keys()) if (url !== SHELL) await cache.delete(url);
}

/** The document of the hub, or the kept one where there is none to be had. */
async function page(request: Request): Promise<Response> {
  const kept = (): Promise<Response | undefined> => caches.match(SHELL, { cacheName: CACHE });
  const late = new Promise<null>((done) => setTimeout(done, PATIENCE, null));
  const asked = fetch(request);
  const answer = await Promise.race([asked, late]).catch(() => null);
  if (answer && !AWAY.has(answer.status)) return answer;
  return (await kept()) ?? answer ?? asked;
}

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOthers(), self.clients.claim()])));
self.addEventListener("message", ({ data }) => {
  if (data?.type === "SKIP_WAITING") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode !== "navigate" || request.method !== "GET" || !request.url.startsWith(SCOPE)) return;
  if (/^((api|static)\/|safe(\?|$))/.test(request.url.slice(SCOPE.length))) return;
  event.respondWith(page(request));
});
