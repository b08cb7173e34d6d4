// A form made from a JSON Schema. `<g-schema-form .schema .value>`; tells every change by `changed`.

import { msg } from "@lit/localize";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { GElement } from "../ui/element.js";
import { Control } from "./control.js";
import "./controls/choice.js";
import "./controls/json.js";
import "./controls/list.js";
import "./controls/map.js";
import "./controls/number.js";
import "./controls/object.js";
import "./controls/panel.js";
import "./controls/secret.js";
import "./controls/text.js";
import "./controls/toggle.js";
import "./controls/union.js";
import { Generate } from "@jsonforms/core";
import type { Field } from "./layout.js";
import { same } from "./patch.js";
import { settled } from "./pointers.js";
import { bare, type Schema } from "./schema.js";
import { FormState, type Subject } from "./state.js";

type Values = Record<string, unknown>;

@customElement("g-schema-form")
export class GSchemaForm extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .lost {
        margin-bottom: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) schema: Schema = {};
  @property({ attribute: false }) value: Values = {};
  /** Why fields cannot be changed, by JSON pointer. */
  @property({ attribute: false }) locks: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) subject: Subject = {};
  /** What the hub says about no field that is here. */
  @state() private lost: string[] = [];
  #state: FormState | null = null;
  #stop = (): void => {};

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.#state || changed.has("schema")) this.#begin();
    else if (changed.has("value") && !same(this.value, this.#state.data)) this.#state.reset(this.value);
    this.#state!.locks = this.locks;
    this.#state!.subject = this.subject;
  }

  #begin(): void {
    this.#stop();
    const made = new FormState(this.schema, this.value);
    this.#state = made;
    this.#stop = made.subscribe(() => {
      this.requestUpdate();
      if (same(this.value, made.data)) return;
      this.value = made.data as Values;
      this.dispatchEvent(new CustomEvent<Values>("changed", { detail: this.value }));
    });
  }

  override render(): unknown {
    const form = this.#state!;
    const root: Field = {
      pointer: "",
      path: "",
      schema: bare(this.schema).schema,
      nullable: false,
      required: true,
      label: "",
      unit: "",
      control: Generate.controlElement("#"),
    };
    if (!Object.keys(root.schema.properties ?? {}).length) {
      return html`<p class="muted">${msg("There is nothing to set here.")}</p>`;
    }
    return html`${
      this.lost.length
        ? html`<ul class="lost wrong" role="alert">${this.lost.map((text) => html`<li>${text}</li>`)}</ul>`
        : nothing
    }<g-field-object open .form=${form} .field=${root}></g-field-object>`;
  }

  /** The controls in the order in which they are shown. */
  get #controls(): Control[] {
    const found: Control[] = [];
    const look = (root: ParentNode): void => {
      for (const element of root.querySelectorAll("*")) {
        if (element instanceof Control) found.push(element);
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(this.renderRoot as ShadowRoot);
    return found;
  }

  /** Whether the browser finds nothing wrong; else the first such field has the focus. */
  check(): boolean {
    const wrong = this.#controls.filter((control) => !control.check());
    if (wrong.length) void this.#show(wrong[0]!);
    return !wrong.length;
  }

  /** Begin anew with what the hub has now, so that nothing counts as changed. */
  settle(value: Values): void {
    this.value = value;
    this.#state?.reset(value);
  }

  /** Say what the hub refused, by pointers below `prefix`; the first has the focus. Gives how many were from here. */
  complain(problems: ReadonlyMap<string, string>, prefix = ""): number {
    const mine = [...problems].flatMap(([pointer, text]) =>
      pointer === prefix || pointer.startsWith(`${prefix}/`)
        ? [[settled(this.schema, this.value, pointer.slice(prefix.length)), text] as const]
        : [],
    );
    this.#state?.complain(mine);
    void this.#place(mine);
    return mine.length;
  }

  async #place(problems: (readonly [string, string])[]): Promise<void> {
    this.lost = [];
    await this.updateComplete;
    await new Promise(requestAnimationFrame);
    const controls = this.#controls;
    this.lost = problems
      .filter(([, text]) => !controls.some((control) => control.wrong === text))
      .map(([pointer, text]) => [pointer.slice(1).replaceAll("/", " "), text].filter(Boolean).join(": "));
    const first = controls.find((control) => control.wrong);
    if (first) await this.#show(first);
  }

  async #show(control: Control): Promise<void> {
    for (
      let at: Node | null = control;
      at;
      at = at.parentNode ?? ((at as ShadowRoot).host as Node | undefined) ?? null
    ) {
      if (at instanceof HTMLDetailsElement) at.open = true;
    }
    await control.updateComplete;
    control.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-schema-form": GSchemaForm;
  }
}
