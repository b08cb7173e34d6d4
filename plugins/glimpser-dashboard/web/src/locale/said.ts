// What the hub and the plugins that come with it say, in the language of the pages. Their English is the key; what is
// not known, as of plugins of others, is shown as it came.

import { language } from "./index.js";
import { known } from "./known.js";

const HOLE = /\{\w+\}/;
const templates = new Map<Record<string, string>, [RegExp, string[], string][]>();

/** Texts with holes, `{name}`, as patterns; longer ones first. */
function patterns(texts: Record<string, string>): [RegExp, string[], string][] {
  const found = templates.get(texts);
  if (found) return found;
  const made = Object.entries(texts)
    .filter(([english]) => HOLE.test(english))
    .sort(([a], [b]) => b.length - a.length)
    .map(([english, other]): [RegExp, string[], string] => {
      const names = [...english.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
      const parts = english.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return [new RegExp(`^${parts.join("(.*?)")}$`, "su"), names, other];
    });
  templates.set(texts, made);
  return made;
}

/** A text of the hub in the language of the pages. */
export function said(text: string): string {
  const texts = known.get(language());
  if (!texts || !text) return text;
  const plain = text.replace(/\s+/g, " ");
  const whole = texts[plain];
  if (whole !== undefined) return whole;
  for (const [pattern, names, other] of patterns(texts)) {
    const match = pattern.exec(plain);
    if (match) return other.replace(/\{(\w+)\}/g, (_, name: string) => said(match[names.indexOf(name) + 1] ?? ""));
  }
  return text;
}
