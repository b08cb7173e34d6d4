// Cheap checks by the browser's own constraints, in the user's language. The hub judges everything else.

import { msg, str } from "@lit/localize";
import type { Field } from "./layout.js";

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // A pattern of another dialect is the hub's to judge.
  }
}

/** What is wrong with what was typed; "" for nothing. */
export function wrongWith(input: Input, { schema }: Field): string {
  const { validity, value } = input;
  if (validity.valueMissing) return msg("This is needed.");
  if (validity.badInput) return msg("This is no number.");
  if (validity.rangeUnderflow) return msg(str`At least ${schema.minimum ?? schema.exclusiveMinimum ?? ""}.`);
  if (validity.rangeOverflow) return msg(str`At most ${schema.maximum ?? schema.exclusiveMaximum ?? ""}.`);
  if (validity.stepMismatch) return msg("A whole number.");
  if (!value) return "";
  if (schema.minLength && value.length < schema.minLength) return msg(str`At least ${schema.minLength} characters.`);
  if (schema.pattern && !fits(schema.pattern, value)) return msg(str`This must look like ${schema.pattern}`);
  return "";
}
