// The settings of one section: those that can be changed as a form, the others as they are.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Refused } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import "../../forms/form.js";
import type { GSchemaForm } from "../../forms/form.js";
import { diff, same } from "../../forms/patch.js";
import { labelOf, type Schema, shown } from "../../forms/schema.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { type Setting, sourceWords } from "./sections.js";

type Values = Record<string, unknown>;

@customElement("g-settings-section")
export class GSettingsSection extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .card + .card {
        margin-top: 1rem;
      }
      h2 {
        margin-bottom: 1rem;
      }
      h2:has(+ .hint) {
        margin-bottom: 0.25rem;
      }
      .actions {
        margin-top: 1.25rem;
      }
      dl {
        margin-top: 1rem;
        display: grid;
        gap: 1rem;
      }
      .fixed {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.125rem 0.75rem;
      }
      .fixed dt {
        font-weight: 550;
      }
      .fixed dd:not(.source) {
        grid-column: 1 / -1;
      }
      .value {
        font-family: var(--g-mono);
        font-size: var(--g-size-small);
      }
      .source {
        grid-column: 2;
        grid-row: 1;
      }
      .chip {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
    `,
  ];

  @property() heading = "";
  @property({ attribute: false }) settings: Setting[] = [];
  /** One may look, and not change. */
  @property({ type: Boolean }) fixed = false;
  @state() private values: Values = {};
  @state() private problem = "";
  #schema: Schema = {};
  #base: Values = {};
  #locks: Map<string, string> = new Map();

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("settings") && !changed.has("fixed")) return;
    const mine = this.settings.filter((setting) => setting.changeable);
    // A value that is the default's is shown as such, so that "use the default" means the same everywhere.
    this.#base = Object.fromEntries(
      mine.flatMap(({ key, value, source }) => (source === "default" ? [] : [[key, value]])),
    );
    this.#schema = {
      type: "object",
      properties: Object.fromEntries(mine.map((setting) => [setting.key, described(setting)])),
    };
    this.#locks = new Map(mine.flatMap((setting) => this.#lock(setting)));
    this.values = this.#base;
    this.problem = "";
  }

  #lock(setting: Setting): [string, string][] {
    if (setting.locked)
      return [
        [
          `/${setting.key}`,
          msg(str`Fixed by ${setting.where || sourceWords(setting)}. Take it away there to change it here.`),
        ],
      ];
    return this.fixed ? [[`/${setting.key}`, msg("Your role may not change it.")]] : [];
  }

  override render(): unknown {
    const mine = this.settings.filter((setting) => setting.changeable);
    const others = this.settings.filter((setting) => !setting.changeable);
    const dirty = !same(this.values, this.#base);
    return html`${
      mine.length
        ? html`<section class="card"><h2>${this.heading}</h2>
        <form novalidate @submit=${this.#save}>
          <g-schema-form .schema=${this.#schema} .value=${this.values} .locks=${this.#locks}
            @changed=${(event: CustomEvent<Values>) => {
              this.values = event.detail;
            }}></g-schema-form>
          <p class="wrong" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
          <div class="actions" ?hidden=${this.fixed}>
            <button class="button" type="button" ?disabled=${!dirty} @click=${this.#discard}>${msg("Discard changes")}</button>
            <button class="button primary" ?disabled=${!dirty}>${msg("Save")}</button>
          </div>
        </form></section>`
        : nothing
    }
      ${
        others.length
          ? html`<section class="card"><h2>${mine.length ? msg("Fixed while the hub runs") : this.heading}</h2>
        <p class="hint">${msg("Set these on the hub's machine, by the environment or glimpser.toml. They hold from the next start on.")}</p>
        <dl>${others.map((setting) => this.#other(setting))}</dl></section>`
          : nothing
      }`;
  }

  #other(setting: Setting): unknown {
    const { key, value } = setting;
    const schema = setting.schema as Schema;
    return html`<div class="fixed">
      <dt>${labelOf(key, schema)}</dt>
      <dd class="source"><span class="chip" title=${sourceWords(setting)}>${sourceWords(setting)}</span></dd>
      <dd class="value">${shown(value)}</dd>
      <dd class="hint">${said(schema.description ?? "")} <code>GLIMPSER_${key.toUpperCase()}</code></dd>
    </div>`;
  }

  get #form(): GSchemaForm | null {
    return this.renderRoot.querySelector("g-schema-form");
  }

  #discard(): void {
    this.values = this.#base;
    this.problem = "";
  }

  #save(event: SubmitEvent): void {
    event.preventDefault();
    if (!this.#form?.check()) return;
    this.problem = "";
    this.dispatchEvent(new CustomEvent("save", { detail: diff(this.#base, this.values) }));
  }

  /** What was saved is what the form begins with. */
  settle(): void {
    this.#form?.settle(this.values);
  }

  refused(error: Refused): void {
    const key = error.params.key;
    const fields = error.fields.size
      ? error.fields
      : typeof key === "string"
        ? new Map([[`/${key}`, error.message]])
        : null;
    if (!fields || this.#form?.complain(fields) !== fields.size) this.problem = error.message;
  }
}

function described(setting: Setting): Schema {
  return { ...(setting.schema as Schema), default: setting.default, "x-note": sourceWords(setting) };
}

declare global {
  interface HTMLElementTagNameMap {
    "g-settings-section": GSettingsSection;
  }
}
