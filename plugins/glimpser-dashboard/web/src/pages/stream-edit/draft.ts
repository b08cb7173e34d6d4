// A stream while somebody edits it, and what the form of each part is made of.

import { msg } from "@lit/localize";
import type { components } from "../../api/schema.js";
import type { Stream } from "../../api/types.js";
import type { Schema } from "../../forms/schema.js";

type Schemas = components["schemas"];
export type Kind = Schemas["SourceKindOut"];
export type Group = Schemas["GroupOut"];
export type Tried = Schemas["TryOut"];
export type Values = Record<string, unknown>;

interface Part {
  id: string;
  title: string;
  description: string;
  default: boolean;
  config: Schema;
}

/** What can be written of a stream. */
export interface Draft extends Values {
  name: string;
  kind: string;
  config: Values;
  analyzers: Values;
  sinks: Values;
  regions: Values[];
}

export const DETAILS = [
  "name",
  "groups",
  "tags",
  "enabled",
  "timezone",
  "location",
  "external_key",
  "unmasked_recording",
];

export function parts(kind: Kind, of: "analyzers" | "sinks"): Part[] {
  return kind[of] as unknown as Part[];
}

function defaults(kind: Kind, of: "analyzers" | "sinks"): Values {
  return Object.fromEntries(parts(kind, of).flatMap((part) => (part.default ? [[part.id, {}]] : [])));
}

/** A new stream of a kind. */
export function begun(kind: Kind, config: Values, name: string): Draft {
  return {
    name,
    kind: kind.kind,
    config,
    analyzers: defaults(kind, "analyzers"),
    sinks: defaults(kind, "sinks"),
    regions: [],
    groups: [],
    tags: [],
    enabled: true,
  };
}

/** What the form shows of a stream that is there. */
export function drafted(stream: Stream): Draft {
  const { name, kind, config, analyzers, sinks, regions, enabled } = stream;
  const { groups, tags, timezone, location, external_key, unmasked_recording } = stream;
  const all = { name, kind, config, analyzers, sinks, regions, groups, tags, enabled };
  const rest = { timezone, location, external_key, unmasked_recording: unmasked_recording || undefined };
  const told = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  return structuredClone({ ...all, ...Object.fromEntries(told) }) as Draft;
}

/** Some fields of a draft. */
export function pick(draft: Draft, names: readonly string[]): Values {
  return Object.fromEntries(names.filter((name) => draft[name] !== undefined).map((name) => [name, draft[name]]));
}

/** The form of what is not the source's. `groups`: those one may see. */
export function detailsSchema(groups: Group[], unmasked: boolean): Schema {
  const properties: Record<string, Schema> = {
    name: { type: "string", title: msg("Name"), minLength: 1, maxLength: 200 },
    groups: {
      type: "array",
      title: msg("Groups"),
      items: {
        enum: groups.map((group) => group.id),
        "x-labels": Object.fromEntries(groups.map((group) => [group.id, group.name])),
      },
      default: [],
    },
    tags: {
      type: "array",
      title: msg("Tags"),
      description: msg("Labels to search by."),
      items: { type: "string", minLength: 1, maxLength: 64 },
      maxItems: 64,
      default: [],
      "x-advanced": true,
    },
    enabled: {
      type: "boolean",
      title: msg("Running"),
      description: msg("Whether it is watched."),
      default: true,
      "x-advanced": true,
    },
    timezone: {
      anyOf: [{ type: "string", enum: Intl.supportedValuesOf("timeZone") }, { type: "null" }],
      title: msg("Time zone"),
      description: msg("Of the place, where it is another than the hub's."),
      "x-advanced": true,
    },
    location: {
      anyOf: [
        {
          type: "object",
          properties: {
            latitude: { type: "number", title: msg("Degrees north"), minimum: -90, maximum: 90 },
            longitude: { type: "number", title: msg("Degrees east"), minimum: -180, maximum: 180 },
          },
          required: ["latitude", "longitude"],
        },
        { type: "null" },
      ],
      title: msg("Location"),
      description: msg("Where it looks from."),
      "x-advanced": true,
    },
    external_key: {
      anyOf: [{ type: "string", minLength: 1, maxLength: 200 }, { type: "null" }],
      title: msg("Key of your own"),
      description: msg("For scripts: no other stream has it."),
      "x-advanced": true,
    },
  };
  if (!groups.length) delete properties.groups;
  if (unmasked) {
    properties.unmasked_recording = {
      type: "boolean",
      title: msg("Record what privacy masks hide"),
      description: msg("Recordings copy the video as it comes, so that they show what is under privacy masks."),
      default: false,
      "x-advanced": true,
    };
  }
  return { type: "object", properties, required: ["name"] };
}

export function regionsSchema(): Schema {
  return {
    type: "object",
    properties: { regions: { type: "array", format: "regions", title: msg("Regions"), default: [] } },
  };
}

/** Every setting behind "Settings": most people only choose whether. */
function folded(schema: Schema): Schema {
  const all = Object.entries(schema.properties ?? {});
  return {
    ...schema,
    properties: Object.fromEntries(all.map(([name, one]) => [name, { ...one, "x-advanced": true }])),
  };
}

const made = new WeakMap<Kind, Record<string, Schema>>();

/** The form of all analyzers or sinks of a kind: each can be on, with its settings. */
export function partsSchema(kind: Kind, of: "analyzers" | "sinks"): Schema {
  const known = made.get(kind) ?? {};
  made.set(kind, known);
  known[of] ??= {
    type: "object",
    properties: Object.fromEntries(
      parts(kind, of).map(({ id, title, description, config }) => [
        id,
        { anyOf: [{ ...folded(config), title, description }, { type: "null" }], title, description },
      ]),
    ),
  };
  return known[of];
}

/** A name out of an address: its file or host. */
export function nameFrom(url: string): string {
  const bare = url.trim().replace(/[?#].*$/, "");
  const path = bare.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const host = path.split("/")[0]!.replace(/^.*@/, "").replace(/:\d+$/, "");
  const last = path.split("/").filter(Boolean).at(-1) ?? "";
  const file = /\.\w{2,4}$/.test(last) && last !== host ? last.replace(/\.\w+$/, "") : "";
  const text = (file || (host === "" ? last : host)).replace(/[-_]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
