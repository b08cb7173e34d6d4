// What all controls of forms have in common: label, help, default, lock, and what is wrong.

import { msg, str } from "@lit/localize";
import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { said } from "../locale/said.js";
import { GElement } from "../ui/element.js";
import "../ui/icon.js";
import { wrongWith } from "./checks.js";
import type { Field } from "./layout.js";
import { shown } from "./schema.js";
import type { FormState } from "./state.js";

export abstract class Control extends GElement {
  static override styles: import("lit").CSSResultGroup = [
    GElement.styles,
    css`
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.75rem;
      }
      .foot:empty {
        display: none;
      }
      .reset {
        min-height: 24px;
        padding: 0;
        border: 0;
        background: none;
        color: var(--g-accent-text);
        font: inherit;
        font-size: var(--g-size-small);
        text-decoration: underline;
        text-underline-offset: 2px;
        cursor: pointer;
      }
      .lock {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        color: var(--g-warn);
        font-size: var(--g-size-small);
      }
      .optional {
        color: var(--g-muted);
        font-weight: 400;
        font-size: var(--g-size-small);
      }
      :disabled {
        opacity: 0.75;
      }
      /* Large enough to be hit without its label. */
      input[type="checkbox"] {
        width: 24px;
        height: 24px;
      }
    `,
  ];

  @property({ attribute: false }) form!: FormState;
  @property({ attribute: false }) field!: Field;
  /** What the browser's checks say, after somebody was here. */
  @state() protected own = "";

  get value(): unknown {
    return this.form.value(this.field.path);
  }

  get fallback(): unknown {
    return this.field.schema.default;
  }

  get locked(): string {
    return this.form.lock(this.field.pointer);
  }

  get wrong(): string {
    return this.own || this.form.problem(this.field.pointer, this.swallows);
  }

  /** Whether what is wrong inside the value is said here too; not where a control inside says it. */
  protected get swallows(): boolean {
    return true;
  }

  protected set(value: unknown): void {
    this.own = "";
    this.form.set(this.field.path, value, this.field.pointer);
  }

  /** The element that takes what is typed. */
  protected get input(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>("#input");
  }

  /** Whether the browser finds nothing wrong; says what else. */
  check(): boolean {
    const { input } = this;
    this.own = input && !input.disabled ? wrongWith(input, this.field) : "";
    return !this.own;
  }

  override focus(): void {
    this.input?.focus();
    this.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** A labelled input with its help; `input` has the id "input". */
  protected frame(input: TemplateResult, kind = ""): TemplateResult {
    const { field } = this;
    const head = html`<label for="input">${field.label}${this.optional()}</label>`;
    return html`<div class="field ${kind}">
      ${kind === "check" ? html`${input}${head}` : html`${head}${input}`}
      ${this.foot()}
    </div>`;
  }

  protected optional(): TemplateResult | typeof nothing {
    const { field } = this;
    const free = !field.required && (field.nullable || this.fallback === null);
    const note = field.schema["x-note"] ?? (free ? msg("optional") : "");
    return note ? html` <span class="optional">${note}</span>` : nothing;
  }

  /** `helped`: the description stands elsewhere. */
  protected foot(helped = false): TemplateResult {
    const { field, locked, wrong } = this;
    const { description } = field.schema;
    const differs = this.value !== undefined && this.value !== null && this.fallback !== undefined;
    const changed =
      differs &&
      this.fallback !== null &&
      !(Array.isArray(this.fallback) && !this.fallback.length) &&
      JSON.stringify(this.value) !== JSON.stringify(this.fallback);
    return html`${description && !helped ? html`<p class="hint" id="hint">${said(description)}</p>` : nothing}
      <div class="foot">${
        changed
          ? html`<span class="hint">${msg(str`Default: ${shown(this.fallback)}`)}</span>${
              locked
                ? nothing
                : html`<button class="reset" type="button" aria-label=${msg(str`Default for ${field.label}`)}
                    @click=${() => this.set(undefined)}>${msg("Use the default")}</button>`
            }`
          : nothing
      }</div>
      ${locked ? html`<p class="lock"><g-icon name="lock"></g-icon><span>${locked}</span></p>` : nothing}
      <p class="wrong" id="wrong" role="alert" ?hidden=${!wrong}>${wrong}</p>`;
  }
}
