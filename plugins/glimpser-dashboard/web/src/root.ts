// Where the hub is: below whatever path prefix a proxy puts before it. The document says so, relative to its own address.

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "./";
}

/** The hub's root, with a slash at the end. */
export const ROOT = new URL(meta("glimpser-root"), location.href);

/** The folder of this build's files; another one means that the hub serves another version now. */
export const FILES = new URL(meta("glimpser-files"), location.href);

/** A path of the hub for `href` and `src`; `path` has no leading slash. */
export function at(path: string): string {
  const url = new URL(path, ROOT);
  return url.pathname + url.search + url.hash;
}
