// The HTTP side of the hub's API: typed by its own description, every refusal one error.

import { msg } from "@lit/localize";
import createClient from "openapi-fetch";
import { ROOT } from "../root.js";
import { Refused, refusal } from "./errors.js";
import type { paths } from "./schema.js";

const PATIENCE = 20_000;

/** A header that says how many milliseconds this answer may take; it is not sent. */
export const PATIENT = "X-Patience";

/** What the client tells the rest of the pages; set by `state/`. */
export const hooks = {
  /** The session is over. */
  signedOut: () => {},
  /** The hub refused for want of a permission: what one may do may have changed. */
  forbidden: () => {},
  /** The hub could not be reached, or said that it cannot answer now. */
  unreachable: () => {},
  /** The hub wants a fresh proof of who asks; gives whether there was one. */
  prove: async (_ways: string[]): Promise<boolean> => false,
};

/** Whether a visitor of a share link asks, who has no session that could end. */
function visiting(request: Request): boolean {
  return request.url.startsWith(new URL("api/shared/", ROOT).href);
}

/** How many changes were answered, and those that wait for their answer: it may bring a new cookie, and what was asked
    with the old one is refused then. */
let changed = 0;
const changing = new Set<Promise<unknown>>();

async function reach(request: Request, patience: number): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(patience)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    hooks.unreachable();
    throw new Refused(0, { code: "hub.unreachable", detail: msg("The hub cannot be reached.") });
  }
}

async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const patience = Number(request.headers.get(PATIENT)) || PATIENCE;
  request.headers.delete(PATIENT);
  const before = changed;
  const answer = reach(request, patience);
  if (request.method !== "GET") {
    const change: Promise<unknown> = answer.catch(() => {}).then(() => changing.delete(change) && changed++);
    changing.add(change);
  }
  const response = await answer;
  if (response.ok || response.status === 304) return response;
  const refused = await refusal(response);
  if (refused.code === "auth.step_up_needed") {
    const ways = Array.isArray(refused.params.ways) ? (refused.params.ways as string[]) : [];
    if (await hooks.prove(ways)) return send(again);
  } else if (refused.status === 401 && refused.code === "auth.required" && !visiting(request)) {
    await Promise.all(changing);
    if (request.method === "GET" && changed !== before) return send(again);
    hooks.signedOut();
  } else if (refused.status === 403) hooks.forbidden();
  else if (refused.status === 503) hooks.unreachable();
  throw refused;
}

/** `await api.GET("/api/streams/{stream_id}", { params: { path: { stream_id } } })`; throws `Refused`. */
export const api = createClient<paths>({ baseUrl: ROOT.href.replace(/\/$/, ""), fetch: send });

/** Ask for any path below the hub's root, such as a plugin's own; gives the JSON of the answer, or null. */
export async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await send(new Request(new URL(path, ROOT), { method, ...json, headers: { ...type, ...headers } }));
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** The body of an answer: `const me = await body(api.GET("/api/me"))`. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** One page of a list. `next`: the cursor of the next page, or null; `total`: such as "12" or "10000+". */
export interface Listed<T> {
  items: T[];
  next: string | null;
  total: string;
}

/** A list's page with its cursor: `await listed(api.GET("/api/users", { params: { query: { cursor } } }))`. */
export async function listed<T>(answer: Promise<{ data?: T[]; response: Response }>): Promise<Listed<T>> {
  const { data, response } = await answer;
  const link = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("Link") ?? "");
  const next = link ? new URL(link[1]!, ROOT).searchParams.get("cursor") : null;
  return { items: data ?? [], next, total: response.headers.get("X-Total-Count") ?? "" };
}

/** All pages of a list; `ask` is given the cursor of each. */
export async function all<T>(ask: (cursor?: string) => Promise<{ data?: T[]; response: Response }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await listed(ask(cursor));
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}

/** The `If-Match` of an object that was read. */
export function match(object: { version: number } | "*"): { "If-Match": string } {
  return { "If-Match": object === "*" ? "*" : `"v${object.version}"` };
}
