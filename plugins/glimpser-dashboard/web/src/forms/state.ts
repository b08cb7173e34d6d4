// What a form holds: the core of JSON Forms with its data, rules and the hub's errors. It never validates by itself.

import { Actions, coreReducer, isVisible, type JsonFormsCore, Resolve, type UISchemaElement } from "@jsonforms/core";
import { Changing } from "../state/watch.js";
import type { Schema } from "./schema.js";

type Problem = NonNullable<JsonFormsCore["additionalErrors"]>[number];
type Validator = NonNullable<JsonFormsCore["ajv"]>;

/** Stands where the core wants a validator, which it does not use without validation. */
const NOBODY = {} as Validator;
const EMPTY: JsonFormsCore = { data: {}, schema: {}, uischema: { type: "VerticalLayout" } };

/** What the form is about; panels for fields may show it. */
export interface Subject {
  stream?: string;
  /** A picture as data URL. */
  preview?: string;
}

/** One step of a JSON pointer. */
export function step(name: string | number): string {
  return `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Watch it for all of it. */
export class FormState extends Changing {
  #core: JsonFormsCore;
  subject: Subject = {};
  /** Why fields cannot be changed, by JSON pointer. */
  locks: ReadonlyMap<string, string> = new Map();
  /** The data as it was given: what a secret was kept for. */
  given: unknown;

  constructor(schema: Schema, data: unknown) {
    super();
    this.given = data;
    this.#core = coreReducer(
      EMPTY,
      Actions.init(data ?? {}, schema as never, EMPTY.uischema, { ajv: NOBODY, validationMode: "NoValidation" }),
    );
  }

  get data(): unknown {
    return this.#core.data;
  }

  get schema(): Schema {
    return this.#core.schema as Schema;
  }

  /** The value at a path of JSON Forms, such as "providers.0.title"; "" = all. */
  value(path: string): unknown {
    if (path === "") return this.data;
    const value = Resolve.data(this.data, path);
    const supposed = value === undefined && this.#supposedFor(path);
    return supposed ? Resolve.data(this.#supposed.get(supposed), path.slice(supposed.length + 1)) : value;
  }

  /** While a list is not given, its items are those of its default. */
  suppose(path: string, items: unknown[]): void {
    this.#supposed.set(path, items);
  }
  #supposed = new Map<string, unknown[]>();

  #supposedFor(path: string): string | undefined {
    return [...this.#supposed.keys()].find(
      (list) => path.startsWith(`${list}.`) && Resolve.data(this.data, list) === undefined,
    );
  }

  /** Change a value; undefined takes it away. */
  set(path: string, value: unknown, pointer: string): void {
    const supposed = this.#supposedFor(path);
    if (supposed) {
      const items = structuredClone(this.#supposed.get(supposed));
      this.#core = coreReducer(
        this.#core,
        Actions.update(supposed, () => items),
      );
    }
    this.#core = coreReducer(
      this.#core,
      Actions.update(path, () => value),
    );
    const left = this.#errors.filter((error) => !`${error.instancePath}/`.startsWith(`${pointer}/`));
    if (left.length < this.#errors.length) this.#tell(left);
    this.changed();
  }

  /** Begin anew with other data. */
  reset(data: unknown): void {
    this.given = data;
    this.#core = coreReducer(
      this.#core,
      Actions.updateCore(data ?? {}, this.#core.schema, this.#core.uischema, NOBODY),
    );
    this.#tell([]);
    this.changed();
  }

  get #errors(): Problem[] {
    return this.#core.additionalErrors ?? [];
  }

  #tell(errors: Problem[]): void {
    const { data, schema, uischema } = this.#core;
    const options = { ajv: NOBODY, validationMode: "NoValidation" as const, additionalErrors: errors };
    this.#core = coreReducer(this.#core, Actions.updateCore(data, schema, uischema, options));
  }

  /** Say what is wrong, by JSON pointer. */
  complain(problems: Iterable<readonly [string, string]>): void {
    const errors = [...problems].map(([instancePath, message]) => ({
      instancePath,
      message,
      keyword: "hub",
      schemaPath: "",
      params: {},
    }));
    this.#tell(errors);
    this.changed();
  }

  /** What is wrong at a field; `below`: or at anything inside it. */
  problem(pointer: string, below = false): string {
    const found = this.#errors.find(
      ({ instancePath }) => instancePath === pointer || (below && instancePath.startsWith(`${pointer}/`)),
    );
    return found?.message ?? "";
  }

  /** Whether a rule of the element lets it be shown; `path`: of the object around it. */
  shows(element: UISchemaElement, path: string): boolean {
    return !element.rule || isVisible(element, this.data, path, NOBODY, {});
  }

  /** Why a field is locked; "" when it is not. */
  lock(pointer: string): string {
    return this.locks.get(pointer) ?? "";
  }
}
