// The form of a stream: its source with a try beside it, what it is called, its regions, and what looks at it.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { GSchemaForm } from "../../forms/form.js";
import { said } from "../../locale/said.js";
import "../../forms/form.js";
import type { Schema } from "../../forms/schema.js";
import { session } from "../../state/session.js";
import { GElement } from "../../ui/element.js";
import {
  DETAILS,
  type Draft,
  detailsSchema,
  type Group,
  type Kind,
  parts,
  partsSchema,
  pick,
  regionsSchema,
  type Tried,
  type Values,
} from "./draft.js";
import type { GProbe } from "./probe.js";
import "./probe.js";

@customElement("g-stream-form")
export class GStreamForm extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .sides {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(18rem, 24rem);
        align-items: start;
        gap: 1rem;
      }
      .cards {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
      }
      .card > h2 {
        margin-bottom: 1rem;
      }
      aside {
        position: sticky;
        top: 1rem;
      }
      @media (max-width: 62rem) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
        aside {
          position: static;
          order: -1;
        }
        aside.card {
          padding: 0.75rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) kind!: Kind;
  @property({ attribute: false }) draft!: Draft;
  @property({ attribute: false }) groups: Group[] = [];
  /** Of a stream that is there. */
  @property() stream = "";
  /** Its configuration as the hub has it, secrets masked. */
  @property({ attribute: false }) kept: Values = {};
  @property({ attribute: false }) tried: Tried | null = null;
  /** Only what must be known to begin. */
  @property({ type: Boolean }) short = false;
  @state() private details: Schema = {};
  #regions = regionsSchema();

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("groups")) this.details = detailsSchema(this.groups, session.can("streams.record_unmasked"));
  }

  override render(): unknown {
    const { kind, draft } = this;
    return html`<div class="sides">
      <div class="cards">
        <section class="card"><h2>${msg("What it is")}</h2>
          ${this.#form("details", this.details, pick(draft, DETAILS), (values) => this.#merge(values))}</section>
        <section class="card"><h2>${said(kind.title)}</h2>
          ${this.#form("config", kind.config as Schema, draft.config, (config) => this.#change({ config }))}</section>
        ${this.short ? nothing : this.#looks()}
      </div>
      <aside class="card stack"><slot name="aside"></slot>
        <g-probe .kind=${kind.kind} .stream=${this.stream} .kept=${this.kept} .config=${draft.config} .tried=${this.tried}
          ?beside=${Boolean(this.stream)} @tried=${(event: CustomEvent<Tried>) => this.#tested(event.detail)}></g-probe></aside>
    </div>`;
  }

  #looks(): unknown {
    const { regions } = this.draft;
    const changed = (values: Values): void => this.#change({ regions: (values.regions ?? []) as Values[] });
    return html`<section class="card"><h2>${msg("Where to look")}</h2>
        ${this.#form("regions", this.#regions, { regions }, changed)}</section>
      ${this.#parts("analyzers", msg("What looks at it"))} ${this.#parts("sinks", msg("What is kept"))}`;
  }

  #parts(of: "analyzers" | "sinks", words: string): unknown {
    if (!parts(this.kind, of).length) return nothing;
    return html`<section class="card"><h2>${words}</h2>
      ${this.#form(of, partsSchema(this.kind, of), this.draft[of], (values) => this.#change({ [of]: values }))}</section>`;
  }

  #form(id: string, schema: Schema, value: Values, changed: (value: Values) => void): unknown {
    const subject = this.stream ? { stream: this.stream } : { preview: this.tried?.preview ?? "" };
    return html`<g-schema-form id=${id} .schema=${schema} .value=${value} .subject=${subject}
      @changed=${(event: CustomEvent<Values>) => changed(event.detail)}></g-schema-form>`;
  }

  /** Fields of the details that were taken away are gone from the draft too. */
  #merge(values: Values): void {
    this.#change(Object.fromEntries(DETAILS.map((name) => [name, values[name]])));
  }

  #change(part: Values): void {
    const next = { ...this.draft, ...part };
    this.draft = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as Draft;
    this.dispatchEvent(new CustomEvent<Draft>("changed", { detail: this.draft }));
  }

  #tested(tried: Tried): void {
    this.tried = tried;
    if (tried.errors.length) this.complain(new Map(tried.errors.map((error) => [error.field, error.message])));
  }

  get #forms(): GSchemaForm[] {
    return [...this.renderRoot.querySelectorAll("g-schema-form")];
  }

  /** Whether nothing is wrong that the browser can see. */
  check(): boolean {
    // The last one that finds something has the focus, so the first is asked last.
    return this.#forms
      .toReversed()
      .map((form) => form.check())
      .every(Boolean);
  }

  /** Say what the hub refused, each at its field; whether all found one. */
  complain(problems: ReadonlyMap<string, string>): boolean {
    let placed = 0;
    for (const form of this.#forms.toReversed()) {
      const whole = form.id === "details" || form.id === "regions";
      const mine = [...problems].filter(([pointer]) => {
        const first = pointer.split("/")[1] ?? "";
        return whole ? (form.id === "regions" ? first === "regions" : DETAILS.includes(first)) : first === form.id;
      });
      placed += form.complain(new Map(mine), whole ? "" : `/${form.id}`);
    }
    return placed === problems.size;
  }

  /** Try the source. */
  async attempt(): Promise<void> {
    await this.renderRoot.querySelector<GProbe>("g-probe")?.again();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-form": GStreamForm;
  }
}
