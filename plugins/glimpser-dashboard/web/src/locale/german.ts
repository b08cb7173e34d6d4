// All German texts in the form that @lit/localize looks them up in. Loaded only where German is spoken.

import type { LocaleModule } from "@lit/localize";
import { generateMsgId } from "@lit/localize/internal/id-generation.js";
import { known } from "./known.js";

type Templates = LocaleModule["templates"];

const hub = import.meta.glob<Record<string, string>>("./hub/*.json", { eager: true, import: "default" });
known.set("de", Object.assign({}, ...Object.values(hub)));

const found = import.meta.glob<Record<string, string>>("../**/de.ts", { eager: true, import: "default" });

/** `{0}`, `{1}`… stand for the expressions of `str` in the English text, and may change places. */
function template(english: string, german: string): [string, Templates[string]] {
  const parts = english.split(/\{\d+\}/);
  const id = generateMsgId(parts.length > 1 ? parts : english, false);
  if (parts.length === 1) return [id, german];
  const values = [...german.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1]));
  return [id, { strTag: true, strings: german.split(/\{\d+\}/) as unknown as TemplateStringsArray, values }];
}

export const templates: Templates = Object.fromEntries(
  Object.values(found).flatMap((texts) => Object.entries(texts).map(([english, german]) => template(english, german))),
);
