// A new password, which is typed twice.

import { msg } from "@lit/localize";
import type { TemplateResult } from "lit";
import { type FieldOptions, type Form, text } from "./form.js";

/** Its two fields. The second is called `again`. */
export function newPassword(
  form: Form,
  labels: { first: string; again: string },
  { name = "password", autofocus = false }: Partial<FieldOptions> = {},
): TemplateResult[] {
  const shared = { type: "password", required: true, autocomplete: "new-password", maxlength: 1024 } as const;
  const hint = msg("A few unrelated words make a good one.");
  return [
    form.field({ ...shared, label: labels.first, name, autofocus, hint }),
    form.field({ ...shared, label: labels.again, name: "again" }),
  ];
}

/** What was typed; null, which the form says, where it was not the same twice. */
export function typedTwice(form: Form, values: FormData, name = "password"): string | null {
  const password = text(values, name);
  if (password === text(values, "again")) return password;
  form.complain("again", msg("The two passwords differ."));
  return null;
}
