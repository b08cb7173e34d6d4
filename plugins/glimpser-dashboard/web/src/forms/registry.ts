// Which control draws a field: the tester of JSON Forms with the highest rank wins.

import { NOT_APPLICABLE, type RankedTester, rankWith } from "@jsonforms/core";
import { html, type TemplateResult } from "lit";
import { session } from "../state/session.js";
import type { Field } from "./layout.js";
import { isNumber, isReference, type Schema, variants } from "./schema.js";
import type { FormState } from "./state.js";

type Draw = (form: FormState, field: Field) => TemplateResult;

function when(rank: number, fits: (schema: Schema) => boolean): RankedTester {
  return rankWith(rank, (_element, schema) => fits(schema as Schema));
}

/** The panel that a plugin brings for a format. */
export function panelFor(format: string | undefined) {
  return format ? session.panels("config.field").find((panel) => panel.match.includes(format)) : undefined;
}

function isList(schema: Schema): boolean {
  return schema.type === "array" && Boolean(schema.items) && schema.items?.type !== "array";
}

// biome-ignore format: one line each
const CONTROLS: readonly { tester: RankedTester; draw: Draw }[] = [
  { tester: when(1, () => true), draw: (form, field) => html`<g-field-json .form=${form} .field=${field}></g-field-json>` },
  { tester: when(5, (s) => s.type === "string" || (!s.type && (s.anyOf ?? []).every((one) => one.type === "string") && !!s.anyOf)), draw: (form, field) => html`<g-field-text .form=${form} .field=${field}></g-field-text>` },
  { tester: when(6, (s) => s["x-multiline"] === true || s.format === "multiline"), draw: (form, field) => html`<g-field-lines .form=${form} .field=${field}></g-field-lines>` },
  { tester: when(5, isNumber), draw: (form, field) => html`<g-field-number .form=${form} .field=${field}></g-field-number>` },
  { tester: when(5, (s) => s.type === "boolean"), draw: (form, field) => html`<g-field-toggle .form=${form} .field=${field}></g-field-toggle>` },
  { tester: when(10, (s) => Array.isArray(s.enum)), draw: (form, field) => html`<g-field-choice .form=${form} .field=${field}></g-field-choice>` },
  { tester: when(10, (s) => s.writeOnly === true || s.format === "password"), draw: (form, field) => html`<g-field-secret .form=${form} .field=${field}></g-field-secret>` },
  { tester: when(5, (s) => s.type === "object" && !!s.properties), draw: (form, field) => html`<g-field-object .form=${form} .field=${field}></g-field-object>` },
  { tester: when(5, (s) => s.type === "object" && !s.properties && typeof s.additionalProperties === "object" && s.additionalProperties.type === "string"), draw: (form, field) => html`<g-field-map .form=${form} .field=${field}></g-field-map>` },
  { tester: when(5, isList), draw: (form, field) => html`<g-field-list .form=${form} .field=${field}></g-field-list>` },
  { tester: when(6, (s) => isList(s) && Array.isArray(s.items?.enum)), draw: (form, field) => html`<g-field-several .form=${form} .field=${field}></g-field-several>` },
  { tester: when(8, (s) => variants(s) !== null), draw: (form, field) => html`<g-field-union .form=${form} .field=${field}></g-field-union>` },
  { tester: when(50, (s) => panelFor(s.format) !== undefined), draw: (form, field) => html`<g-field-panel .form=${form} .field=${field}></g-field-panel>` },
];

/** The control of a field. */
export function draw(form: FormState, field: Field): TemplateResult {
  if (isReference(form.value(field.path))) {
    return html`<g-field-secret .form=${form} .field=${field}></g-field-secret>`;
  }
  const context = { rootSchema: form.schema as never, config: {} };
  let best: Draw | null = null;
  let highest = NOT_APPLICABLE;
  for (const { tester, draw: candidate } of CONTROLS) {
    const rank = tester(field.control, field.schema as never, context);
    if (rank > highest) {
      best = candidate;
      highest = rank;
    }
  }
  return best!(form, field);
}
