// What stands above the list: which activities are shown, filters that were kept, and files to take along.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { typeName } from "../../ui/format.js";
import "../../ui/icon.js";
import { asked, type Filters, NONE, narrowed } from "./filters.js";
import { menuStyles } from "./menu-styles.js";
import { clearFilters } from "./nothing.js";
import { saved } from "./saved.js";

const OF_NO_ACTIVITY = /^(stream|worker|plugin|storage|audit|database)\./;

/** The names of the address that filters are kept in. */
export const NAMES = ["severity", "stream", "type", "reviewed", "from", "to"] as const;

@customElement("g-review-controls")
export class GReviewControls extends GElement {
  static override styles = [
    GElement.styles,
    menuStyles,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      select {
        width: auto;
        min-width: 0;
        max-width: 13rem;
        min-height: 2.25rem;
        padding-block: 0.25rem;
        border-color: var(--g-line);
      }
      select.set {
        border-color: var(--g-accent);
      }
      @media (max-width: 48rem) {
        select {
          flex: 1 1 8rem;
          max-width: none;
        }
        .segments {
          flex: 1 1 100%;
        }
        .segments .button {
          flex: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) filters: Filters = NONE;
  #outside = (press: Event): void => {
    for (const open of this.shadowRoot?.querySelectorAll<HTMLDetailsElement>("details[open]") ?? []) {
      if (!press.composedPath().includes(open)) open.open = false;
    }
  };

  constructor() {
    super();
    new Watch(this, store.streams, store.types, saved);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void saved.read().catch(() => {});
    document.addEventListener("pointerdown", this.#outside);
    document.addEventListener("focusin", this.#outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside);
    document.removeEventListener("focusin", this.#outside);
  }

  override focus(): void {
    this.shadowRoot?.querySelector("select")?.focus();
  }

  #ask(name: (typeof NAMES)[number], value: string): void {
    router.ask({ [name]: value }, { push: true });
  }

  override render(): unknown {
    const { filters } = this;
    const types = store.types.values().filter(({ type }) => !OF_NO_ACTIVITY.test(type));
    const which = [
      ["", msg("To review")],
      ["yes", msg("Reviewed")],
      ["all", msg("All")],
    ] as const;
    return html`<div class="tools" role="group" aria-label=${msg("Filters")}>
      <div class="segments">
        ${which.map(
          ([value, words]) => html`<button class="button small" type="button" aria-pressed=${filters.reviewed === value}
            @click=${() => this.#ask("reviewed", value)}>${words}</button>`,
        )}
      </div>
      ${this.#choice(
        "stream",
        msg("Stream"),
        msg("All streams"),
        store.streams.list.map(({ id, name }) => [id, name]),
      )}
      ${this.#choice(
        "type",
        msg("Kind"),
        msg("All kinds"),
        types.map(({ type }) => [type, typeName(type)]),
      )}
      ${
        narrowed(filters)
          ? html`<button class="button ghost small" type="button" @click=${clearFilters}>
            <g-icon name="close"></g-icon>${msg("Clear")}</button>`
          : nothing
      }
      <span class="gap"></span>
      ${this.#kept()} ${this.#export()}
    </div>`;
  }

  #choice(name: "stream" | "type", label: string, every: string, options: string[][]): unknown {
    const value = this.filters[name];
    const known = options.some(([id]) => id === value);
    return html`<select class=${value ? "set" : ""} aria-label=${label} data-filter=${name}
      @change=${(event: Event) => this.#ask(name, (event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${!value}>${every}</option>
      ${value && !known ? html`<option value=${value} selected>${value}</option>` : nothing}
      ${options.map(([id, words]) => html`<option value=${id!} ?selected=${id === value}>${words}</option>`)}
    </select>`;
  }

  #kept(): unknown {
    return html`<details>
      <summary class="button small"><g-icon name="filter"></g-icon>${msg("Saved")}</summary>
      <div class="menu">
        ${saved.list.map(
          ({ name, query }) => html`<div class="pair">
            <button class="item" type="button" @click=${() => this.#use(query)}><span class="truncate">${name}</span></button>
            <button class="button ghost square small" type="button" aria-label=${msg(str`Forget ${name}`)}
              title=${msg(str`Forget ${name}`)} @click=${() => void this.#forget(name, query)}><g-icon name="close"></g-icon></button>
          </div>`,
        )}
        <form class="row" @submit=${this.#keep}>
          <input name="name" required maxlength="40" autocomplete="off" aria-label=${msg("Name of these filters")}
            placeholder=${msg("Name of these filters")} />
          <button class="button small primary">${msg("Keep")}</button>
        </form>
        <p class="hint">${msg("Kept on the hub for you alone, on every device.")}</p>
      </div>
    </details>`;
  }

  #use(query: string): void {
    const wanted = new URLSearchParams(query);
    router.ask(Object.fromEntries(NAMES.map((name) => [name, wanted.get(name)])), { push: true });
    this.#shut();
  }

  async #forget(name: string, query: string): Promise<void> {
    const gone = await tell(() => saved.remove(name).then(() => true));
    const run = (): void => void tell(() => saved.keep({ name, query }));
    if (gone) toast(msg(str`${name} is forgotten.`), "", { words: msg("Undo"), run });
  }

  async #keep(submit: SubmitEvent): Promise<void> {
    submit.preventDefault();
    const form = submit.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name")).trim();
    if (!name) return;
    const all = new URLSearchParams(location.search);
    const query = String(new URLSearchParams([...all].filter(([key]) => (NAMES as readonly string[]).includes(key))));
    if (!(await tell(() => saved.keep({ name, query }).then(() => true)))) return;
    form.reset();
    this.#shut();
    toast(msg(str`Kept as ${name}.`), "good");
  }

  #shut(): void {
    for (const open of this.shadowRoot?.querySelectorAll<HTMLDetailsElement>("details[open]") ?? []) open.open = false;
  }

  #export(): unknown {
    const path = (format: string): string => {
      const query = new URLSearchParams({ format });
      for (const [name, value] of Object.entries(asked(this.filters))) query.set(name, String(value));
      return at(`api/activities?${query}`);
    };
    return html`<details>
      <summary class="button small"><g-icon name="download"></g-icon>${msg("Export")}</summary>
      <div class="menu" @click=${this.#shut}>
        <a class="item" href=${path("csv")} download="activities.csv">${msg("Table (CSV)")}</a>
        <a class="item" href=${path("jsonl")} download="activities.jsonl">${msg("JSON, a line each")}</a>
        <p class="hint">${msg("All that fit the filters, not only what is on screen.")}</p>
      </div>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-review-controls": GReviewControls;
  }
}
