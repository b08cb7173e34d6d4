// The HTTP side of the hub's API.

/** The hub's root, whatever path prefix a proxy puts before it. */
export const ROOT = new URL("../", import.meta.url);

/** A path of the hub as a page or a media element asks for it; `path` has no leading slash. */
export function at(path) {
  return new URL(path, ROOT).pathname + new URL(path, ROOT).search;
}

/** What the hub refused. `fields`: messages by JSON pointer; `params`: what belongs to the code; `status` 0: it was not
 *  reached. */
export class Refused extends Error {
  constructor(status, problem) {
    const text = problem.detail || problem.title || "The hub did not answer as expected.";
    super(text.charAt(0).toUpperCase() + text.slice(1));
    this.status = status;
    this.code = problem.code || "";
    this.params = problem.params || {};
    this.fields = new Map((problem.errors || []).map((error) => [error.field, error.message]));
  }
}

let signedOut = () => {};

/** Who is told that the session is over. */
export function onSignedOut(listener) {
  signedOut = listener;
}

let prove = async () => false;

/** Who asks people to prove again who they are: gets the ways, gives whether they did. */
export function onProofNeeded(listener) {
  prove = listener;
}

/** "3 minutes", of seconds. */
function wait(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return minutes > 90 ? `${Math.round(minutes / 60)} hours` : `${minutes} minute${minutes === 1 ? "" : "s"}`;
}

async function ask(method, path, { body, match, media = "application/json", patience = 20000 } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = media;
  if (match) headers["If-Match"] = match;
  let response;
  try {
    response = await fetch(at(path), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Refused(0, { detail: "The hub cannot be reached." });
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && problem.code === "auth.required") signedOut();
  if (problem.code === "auth.step_up_needed" && (await prove(problem.params.ways))) {
    return ask(method, path, { body, match, media, patience });
  }
  const later = Number(response.headers.get("Retry-After"));
  if (problem.code === "auth.wrong" && later) problem.detail = `Too many failures: try again in ${wait(later)}.`;
  throw new Refused(response.status, problem);
}

async function json(response) {
  return response.status === 204 ? null : response.json();
}

/** An object. */
export async function get(path) {
  return json(await ask("GET", path));
}

/** Send an object and get one (or null). `patience`: milliseconds. */
export async function send(method, path, body, options = {}) {
  return json(await ask(method, path, { body, ...options }));
}

/** End the session; where to go to sign out at its provider too, or null. */
export async function signOut() {
  return (await ask("POST", "api/auth/logout")).headers.get("Location");
}

/** One page of a list: `items`, and `next` — the path of the next page, or null. */
export async function list(path) {
  const response = await ask("GET", path);
  const link = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("Link") || "");
  return { items: await response.json(), next: link ? link[1].replace(/^\//, "") : null };
}

/** All pages of a list. */
export async function all(path) {
  const items = [];
  for (let next = path; next; ) {
    const page = await list(next);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}
