// A group: its name, whether it is private, and its streams.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, match } from "../../api/client.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import "../../ui/dialog.js";
import type { GDialog } from "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";
import type { Group } from "./groups.js";

/** So many are listed; more are found by their name. */
const MOST = 100;

@customElement("g-edit-group")
export class GEditGroup extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .members {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        max-height: 16rem;
        padding: 0.25rem;
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-small);
        overflow: auto;
      }
      .members label {
        display: flex;
        min-width: 0;
        align-items: center;
        gap: 0.625rem;
        min-height: 2.25rem;
        padding: 0 0.5rem;
        border-radius: 6px;
      }
      .members label:hover {
        background: var(--g-hover);
      }
      fieldset {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      legend {
        padding: 0;
        margin-bottom: 0.25rem;
        font-weight: 550;
      }
    `,
  ];

  /** null: a new one. */
  @property({ attribute: false }) group: Group | null = null;
  @state() private search = "";
  @state() private members: Set<string> | null = null;
  #form = new Form(this, async (values) => {
    const given = { name: text(values, "name").trim(), private: values.has("private"), streams: [...this.#members] };
    if (this.group) {
      const params = { path: { group_id: this.group.id }, header: match(this.group) };
      await api.PATCH("/api/stream-groups/{group_id}", { params, body: given });
    } else await api.POST("/api/stream-groups", { body: given });
    this.shadowRoot?.querySelector<GDialog>("g-dialog")?.close();
  });

  constructor() {
    super();
    new Watch(this, store.streams);
  }

  get #members(): Set<string> {
    return this.members ?? new Set(this.group?.streams ?? []);
  }

  override render(): unknown {
    const { group } = this;
    const members = this.#members;
    const wanted = this.search.toLowerCase();
    const found = store.streams.list.filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, MOST);
    return html`<g-dialog .heading=${group ? msg("Edit group") : msg("New group")} @closed=${() => this.dispatchEvent(new Event("closed"))}>
      <form novalidate @submit=${this.#form.submit}>
        ${this.#form.field({ label: msg("Name"), name: "name", required: true, value: group?.name ?? "", maxlength: 200, autofocus: true })}
        ${this.#form.field({ label: msg("Private"), name: "private", type: "checkbox", checked: group?.private ?? false, hint: msg("Shown only to those who manage groups, and to those it is granted to.") })}
        <fieldset>
          <legend>${msg("Streams")}</legend>
          <input type="search" aria-label=${msg("Search streams")} placeholder=${msg("Search")}
            @input=${(event: Event) => {
              this.search = (event.target as HTMLInputElement).value;
            }} />
          <div class="members">
            ${found.map(
              ({
                id,
                name,
              }) => html`<label><input type="checkbox" .checked=${members.has(id)} @change=${() => this.#toggle(id)} />
                <span class="truncate">${name}</span></label>`,
            )}
          </div>
        </fieldset>
        ${this.#form.trouble()}
        <button class="button primary wide" ?disabled=${this.#form.busy}>${group ? msg("Save") : msg("Create group")}</button>
      </form>
    </g-dialog>`;
  }

  #toggle(id: string): void {
    const members = new Set(this.#members);
    if (!members.delete(id)) members.add(id);
    this.members = members;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-edit-group": GEditGroup;
  }
}
