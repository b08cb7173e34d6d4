// Which fields an object's form has: a UI schema of JSON Forms with a control for each, rarely needed ones in a group.

import { type ControlElement, Generate, type GroupLayout, RuleEffect, type UISchemaElement } from "@jsonforms/core";
import { bare, isReference, labelOf, type Schema, unitOf } from "./schema.js";
import { type FormState, step } from "./state.js";

/** A field of a form: what a control is drawn from. */
export interface Field {
  /** JSON pointer, by which the hub names it. */
  pointer: string;
  /** The path of JSON Forms. */
  path: string;
  /** Without "or null". */
  schema: Schema;
  nullable: boolean;
  required: boolean;
  label: string;
  unit: string;
  control: ControlElement;
}

export interface Layout {
  plain: ControlElement[];
  advanced: GroupLayout;
}

function nameOf(control: ControlElement): string {
  return control.scope.split("/").at(-1)!;
}

function rule(control: ControlElement, schema: Schema, around: Schema): void {
  const when = schema["x-when"];
  if (!when) return;
  const pattern = new RegExp(when.matches, "u");
  const fallback = around.properties?.[when.field]?.default;
  control.rule = {
    effect: RuleEffect.SHOW,
    condition: {
      scope: `#/properties/${when.field}`,
      validate: ({ data }: { data: unknown }) => pattern.test(String(data ?? fallback ?? "")),
    } as never,
  };
}

const made = new WeakMap<Schema, Layout>();

/** The layout of an object's schema. */
export function layoutOf(schema: Schema): Layout {
  const known = made.get(schema);
  if (known) return known;
  const plain: ControlElement[] = [];
  const advanced: GroupLayout = { type: "Group", label: "", elements: [] };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.const !== undefined) continue;
    const control = Generate.controlElement(`#/properties/${name}`);
    rule(control, property, schema);
    if (property["x-advanced"]) advanced.elements.push(control);
    else plain.push(control);
  }
  const layout = { plain, advanced };
  made.set(schema, layout);
  return layout;
}

/** The field that a control of an object stands for. */
export function fieldOf(control: UISchemaElement, around: { schema: Schema; path: string; pointer: string }): Field {
  const name = nameOf(control as ControlElement);
  const property = around.schema.properties![name]!;
  const { schema, nullable } = bare(property);
  return {
    pointer: around.pointer + step(name),
    path: around.path ? `${around.path}.${name}` : name,
    schema,
    nullable,
    required: around.schema.required?.includes(name) ?? false,
    label: labelOf(name, schema),
    unit: unitOf(name, schema),
    control: control as ControlElement,
  };
}

/** The field of an item of a list. */
export function itemOf(list: Field, index: number, label: string): Field {
  const { schema, nullable } = bare(list.schema.items ?? {});
  return {
    pointer: list.pointer + step(index),
    path: `${list.path}.${index}`,
    schema,
    nullable,
    required: true,
    label,
    unit: "",
    control: Generate.controlElement("#/items"),
  };
}

/** Whether what the hub complains about lies in a folded group. */
export function troubled(form: FormState, fields: Field[]): boolean {
  return fields.some((field) => form.problem(field.pointer, true));
}

/** Whether a value was given that is not the default. */
export function given(form: FormState, field: Field): boolean {
  const value = form.value(field.path);
  if (value === undefined || value === null) return false;
  return isReference(value) || JSON.stringify(value) !== JSON.stringify(field.schema.default ?? null);
}
