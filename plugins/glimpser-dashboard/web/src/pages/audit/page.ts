// Who did what: search, one page at a time, and taking it along.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, listed } from "../../api/client.js";
import type { components, paths } from "../../api/schema.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import { number, when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { Paged } from "../people/paged.js";
import { listStyles } from "../people/styles.js";
import "./entry.js";
import { auditStyles } from "./page-styles.js";

type Entry = components["schemas"]["AuditEventOut"];
type State = components["schemas"]["AuditStateOut"];
type Query = NonNullable<paths["/api/audit-events"]["get"]["parameters"]["query"]>;

const FILTERS = ["search", "actor", "action", "object", "result", "after", "before"] as const;

@customElement("page-audit")
export class PageAudit extends Page {
  static override styles = [Page.styles, listStyles, auditStyles];

  @state() private log: State | null = null;
  #timer = 0;
  /** Fields that were typed into and not asked for yet. */
  #typing: Record<string, string> = {};
  #list = new Paged<Entry>(this, (cursor) =>
    listed<Entry>(
      // It answers JSON, CSV or signed lines; this asks for JSON.
      api.GET("/api/audit-events", { params: { query: { ...this.#filters(), limit: 50, cursor } as Query } }) as never,
    ),
  );

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("Audit log");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(async () => {
      this.log = await body(api.GET("/api/audit-events/state"));
    });
  }

  /** What is searched for, as the API wants it. */
  #filters(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of FILTERS) {
      const value = this.query.get(name);
      if (!value) continue;
      const local = name === "after" || name === "before" ? new Date(value) : null;
      if (!local) found[name] = value;
      else if (!Number.isNaN(local.getTime())) found[name] = local.toISOString();
    }
    return found;
  }

  override willUpdate(): void {
    this.#list.load(JSON.stringify(this.#filters()), this.query.get("cursor") ?? undefined);
  }

  override render(): unknown {
    const { items } = this.#list;
    return html`<div class="bar">
        <h1>${msg("Audit log")}</h1>
        ${this.#state()}
        <span class="gap"></span>
        <a class="button" href=${this.#export("csv")} download><g-icon name="download"></g-icon>CSV</a>
        <a class="button" href=${this.#export("signed")} download title=${msg("glimpser audit verify checks it.")}>
          <g-icon name="download"></g-icon>${msg("Signed")}</a>
      </div>
      ${this.#asked()}
      <div class="list">
        ${this.#list.state(msg("Nothing fits. Search for something else, or over a longer time."))}
        ${
          items?.length
            ? html`<ol>${items.map(
                (entry) => html`<li><audit-entry .entry=${entry}
                @asked=${(event: CustomEvent<Record<string, string>>) => this.#ask(event.detail)}></audit-entry></li>`,
              )}</ol>`
            : nothing
        }
      </div>
      ${this.#list.foot()}`;
  }

  #state(): unknown {
    const { log } = this;
    if (!log) return nothing;
    if (log.trouble)
      return html`<span class="chip bad" role="alert"><g-icon name="warning"></g-icon>${log.trouble}</span>`;
    const checked = log.marked_at
      ? msg(str`Checked ${when(log.marked_at)}, up to entry ${number(log.seq)}. glimpser audit verify reads all of it.`)
      : msg("The hub checks it every minute.");
    return html`<span class="chip good" title=${checked}><g-icon name="check"></g-icon>${msg("Unbroken")}</span>`;
  }

  #asked(): unknown {
    const { query } = this;
    const field = (name: string, label: string, type = "search") =>
      html`<label class="filter"><span>${label}</span><input name=${name} type=${type} maxlength="100" .value=${query.get(name) ?? ""}
        @input=${this.#typed} /></label>`;
    return html`<form class="filters" role="search" aria-label=${msg("Search the log")} @submit=${(event: Event) => event.preventDefault()}>
      ${field("search", msg("Search"))} ${field("actor", msg("Person"))} ${field("action", msg("Action"))} ${field("object", msg("Object's id"))}
      ${field("after", msg("From"), "datetime-local")} ${field("before", msg("Until"), "datetime-local")}
      <label class="filter"><span>${msg("Result")}</span><select name="result" @change=${this.#typed}>
        ${[
          ["", msg("Any")],
          ["ok", msg("done")],
          ["refused", msg("refused")],
          ["failed", msg("failed")],
        ].map(
          ([value, text]) =>
            html`<option value=${value!} ?selected=${value === (query.get("result") ?? "")}>${text}</option>`,
        )}</select></label>
      ${
        FILTERS.some((name) => query.has(name))
          ? html`<button class="button" type="button" @click=${() => this.#ask(Object.fromEntries(FILTERS.map((name) => [name, ""])))}>
              ${msg("Show all")}</button>`
          : nothing
      }
    </form>`;
  }

  #export(format: string): string {
    return at(`api/audit-events?${new URLSearchParams({ ...this.#filters(), format })}`);
  }

  #typed = (event: Event): void => {
    const { name, value } = event.target as HTMLInputElement;
    clearTimeout(this.#timer);
    this.#typing[name] = value.trim();
    const ask = (): void => {
      this.#ask(this.#typing);
      this.#typing = {};
    };
    this.#timer = window.setTimeout(ask, event.type === "change" ? 0 : 300);
  };

  #ask(changes: Record<string, string>): void {
    router.ask({ ...changes, cursor: null });
  }
}
