// Where the hub says that something is wrong, as a form knows it.

import { bare, type Schema, tagOf, variants } from "./schema.js";

/** A pointer without the steps by which the hub names a variant or a type, and no deeper than the fields are. */
export function settled(schema: Schema, value: unknown, pointer: string): string {
  let at = bare(schema).schema;
  let data = value;
  let found = "";
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const union = variants(at);
    if (union) {
      const tag = (data as Record<string, unknown> | undefined)?.[union.tag];
      at = union.choices.find((choice) => tagOf(choice, union.tag) === tag) ?? union.choices[0]!;
      if (name === String(tag)) continue;
    }
    const below = at.properties?.[name] ?? (/^\d+$/.test(name) ? at.items : undefined);
    if (!below) {
      if (at.properties && !found) return pointer;
      continue;
    }
    found += `/${part}`;
    at = bare(below).schema;
    data = (data as Record<string, unknown> | undefined)?.[name];
  }
  return found;
}
