// JSON Schemas as the hub inlines them, and what they say about a field.

import { msg } from "@lit/localize";
import { said } from "../locale/said.js";

/** A schema without `$ref`. `x-…`: hints for forms. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
  discriminator?: { propertyName: string };
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  pattern?: string;
  writeOnly?: boolean;
  /** Folded away until asked for. */
  "x-advanced"?: boolean;
  /** Such as "s" or "%"; else the end of the name says it. */
  "x-unit"?: string;
  /** Several lines. */
  "x-multiline"?: boolean;
  /** Said beside the name. */
  "x-note"?: string;
  /** What the values of `enum` are called. */
  "x-labels"?: Record<string, string>;
  /** Shown only where another field of the same object matches a pattern. */
  "x-when"?: { field: string; matches: string };
}

/** What stands in the place of a secret. */
export const MASK = "********";

/** The schema of a field without "or null", and whether it may be null. What stood beside stays. */
export function bare(schema: Schema): { schema: Schema; nullable: boolean } {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const rest = choices.filter((choice) => choice.type !== "null");
    const nullable = rest.length < choices.length;
    if (!nullable) return { schema, nullable };
    const { anyOf: _any, oneOf: _one, ...beside } = schema;
    if (rest.length === 1) return { schema: { ...rest[0], ...beside }, nullable };
    return { schema: { ...beside, anyOf: rest }, nullable };
  }
  if (Array.isArray(schema.type)) {
    const rest = schema.type.filter((type) => type !== "null");
    return {
      schema: { ...schema, type: rest.length === 1 ? rest[0] : rest },
      nullable: rest.length < schema.type.length,
    };
  }
  return { schema, nullable: false };
}

/** The forms that an object may have, by the field that tells them apart; null where none does. */
export function variants(schema: Schema): { tag: string; choices: Schema[] } | null {
  const choices = schema.oneOf ?? schema.anyOf ?? [];
  if (choices.length < 2 || choices.some((choice) => !choice.properties)) return null;
  const constants = Object.keys(choices[0]!.properties!).filter((name) =>
    choices.every((choice) => tagOf(choice, name) !== undefined),
  );
  const tag = schema.discriminator?.propertyName ?? constants[0];
  return tag ? { tag, choices } : null;
}

/** The value that tells a variant. */
export function tagOf(variant: Schema, tag: string): unknown {
  const property = variant.properties?.[tag];
  return property?.const ?? (property?.enum?.length === 1 ? property.enum[0] : undefined);
}

const SPELLED: Record<string, string> = {
  url: "URL",
  tls: "TLS",
  id: "ID",
  http: "HTTP",
  ip: "IP",
  hwaccel: "decode on",
  timezone: "time zone",
  username: "user name",
};
const UNITS: Record<string, string> = {
  s: "s",
  ms: "ms",
  mib: "MiB",
  bytes: "bytes",
  days: "days",
  percent: "%",
  fps: "fps",
};

function ending(name: string): string {
  return name.split("_").length > 1 ? (name.split("_").at(-1) ?? "") : "";
}

/** The unit of a number, in words or signs; "" for none. */
export function unitOf(name: string, schema: Schema): string {
  const unit = schema["x-unit"] ?? UNITS[ending(name)] ?? "";
  if (unit === "s") return msg("seconds");
  if (unit === "days") return msg("days");
  if (unit === "bytes") return msg("bytes");
  return unit;
}

/** What a field is called: its title in plain words, without the unit, which stands beside the value. */
export function labelOf(name: string, schema: Schema): string {
  const made = name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
  const given = schema.title;
  if (given && given !== made) return said(given);
  const parts = name.split("_");
  if (parts.length > 1 && UNITS[ending(name)] && isNumber(schema)) parts.pop();
  const text = parts.map((word) => SPELLED[word] ?? word).join(" ");
  return said(text.charAt(0).toUpperCase() + text.slice(1));
}

export function isNumber(schema: Schema): boolean {
  return schema.type === "number" || schema.type === "integer";
}

/** Whether a value stands for another one that the hub reads elsewhere. */
export function isReference(value: unknown): value is { $env: string } | { $file: string } {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === "$env" || keys[0] === "$file");
}

/** What a new item or object begins with: its defaults where they must be given, and nothing else. */
export function beginning(schema: Schema): unknown {
  const { schema: plain } = bare(schema);
  if (plain.const !== undefined) return plain.const;
  if (plain.default !== undefined && plain.default !== null) return structuredClone(plain.default);
  const found = variants(plain);
  if (found) return beginning(found.choices[0]!);
  if (plain.properties) {
    const given = Object.entries(plain.properties).filter(([, property]) => property.const !== undefined);
    return Object.fromEntries(given.map(([name, property]) => [name, property.const]));
  }
  if (plain.type === "object") return {};
  if (plain.type === "array") return [];
  if (plain.type === "boolean") return false;
  if (plain.enum) return plain.enum[0];
  return isNumber(plain) ? (plain.minimum ?? 0) : "";
}

/** A default in words. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return msg("none");
  if (value === true) return msg("on");
  if (value === false) return msg("off");
  if (Array.isArray(value)) return value.length ? value.map(shown).join(", ") : msg("none");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
