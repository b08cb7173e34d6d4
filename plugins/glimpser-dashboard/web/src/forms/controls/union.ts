// An object of one of several kinds: which, and its fields.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Control } from "../control.js";
import type { Field } from "../layout.js";
import { beginning, type Schema, tagOf, variants } from "../schema.js";

@customElement("g-field-union")
export class GFieldUnion extends Control {
  static override styles = [
    Control.styles,
    css`
      .inner {
        margin-top: 0.75rem;
        padding: 0.25rem 0 0.25rem 1rem;
        border-left: 2px solid var(--g-line);
      }
    `,
  ];

  protected override get swallows(): boolean {
    return false;
  }

  override render(): unknown {
    const { tag, choices } = variants(this.field.schema)!;
    const value = (this.value ?? this.fallback) as Record<string, unknown> | undefined;
    const chosen = choices.find((choice) => tagOf(choice, tag) === value?.[tag]);
    const empty = this.field.nullable || !chosen;
    return html`${this.frame(html`<select id="input" ?required=${this.field.required} ?disabled=${Boolean(this.locked)}
        aria-describedby="hint wrong" @change=${this.#changed}>
        ${empty ? html`<option value="" ?selected=${!chosen}>${this.field.nullable ? msg("None") : msg("Choose…")}</option>` : nothing}
        ${choices.map((choice, n) => html`<option value=${n} ?selected=${choice === chosen}>${nameOf(choice, tag)}</option>`)}
      </select>`)}
      ${
        chosen
          ? html`<div class="inner"><g-field-object open .form=${this.form}
              .field=${{ ...this.field, schema: without(chosen, tag) } satisfies Field}></g-field-object></div>`
          : nothing
      }`;
  }

  #changed(event: Event): void {
    const { tag, choices } = variants(this.field.schema)!;
    const chosen = choices[Number((event.target as HTMLSelectElement).value || -1)];
    this.set(chosen && { ...(beginning(chosen) as object), [tag]: tagOf(chosen, tag) });
  }
}

function nameOf(choice: Schema, tag: string): string {
  const words = choice.title?.replace(/([a-z])([A-Z])/g, "$1 $2");
  return words || String(tagOf(choice, tag));
}

const kept = new WeakMap<Schema, Schema>();

/** A variant's fields without the one that tells it. */
function without(choice: Schema, tag: string): Schema {
  let made = kept.get(choice);
  if (!made) {
    const { [tag]: _tag, ...properties } = choice.properties ?? {};
    made = { ...choice, properties };
    kept.set(choice, made);
  }
  return made;
}
