// API keys: of one user, or everybody's. `<g-key-list .user=${id or ""} compact>`.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { confirm } from "../../ui/ask.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { Paged } from "../people/paged.js";
import { listStyles } from "../people/styles.js";
import "./add.js";

type Key = components["schemas"]["KeyOut"];

@customElement("g-key-list")
export class GKeyList extends GElement {
  static override styles = [GElement.styles, listStyles];

  /** Whose; "": everybody's. */
  @property() user = "";
  @property() cursor = "";
  /** Stands above the list. */
  @property() heading = "";
  /** Whether it can be chosen whose keys are shown. */
  @property({ type: Boolean }) choice = false;
  @property({ type: Boolean }) compact = false;
  /** The one that a new key begins with, null: with nothing; undefined: none is being made. */
  @state() private adding: Key | null | undefined = undefined;

  #list = new Paged<Key>(this, (cursor) =>
    listed(
      api.GET("/api/api-keys", {
        params: { query: { limit: this.compact ? 10 : 50, cursor, user: this.user || undefined } },
      }),
    ),
  );

  override willUpdate(): void {
    this.#list.load(this.user, this.cursor || undefined);
  }

  override render(): unknown {
    const own = !this.user || this.user === session.me?.id;
    const add = own
      ? html`<button class="button primary" type="button" @click=${() => {
          this.adding = null;
        }}><g-icon name="add"></g-icon>${msg("New key")}</button>`
      : nothing;
    return html`${
      this.heading
        ? html`<div class="bar"><h1>${this.heading}</h1><span class="gap"></span>${this.choice ? this.#whose() : nothing}${add}</div>`
        : nothing
    }
      <div class="list">
        ${this.#list.state(own ? msg("No keys. Make one for a program that is to act for you.") : msg("No keys."))}
        ${this.#list.items?.length ? this.#table(this.#list.items) : nothing}
      </div>
      ${this.compact ? html`<div class="foot">${add}</div>` : this.#list.foot()}
      ${
        this.adding === undefined
          ? nothing
          : html`<g-key-add .like=${this.adding} @closed=${() => {
              this.adding = undefined;
              void this.#list.again();
            }}></g-key-add>`
      }`;
  }

  #whose(): unknown {
    const all = this.user === "";
    const press = (of: string) => () => router.ask({ of, cursor: null });
    return html`<div class="segments" role="group" aria-label=${msg("Whose keys")}>
      <button class="button small" type="button" aria-pressed=${all} @click=${press("")}>${msg("Everybody's")}</button>
      <button class="button small" type="button" aria-pressed=${!all} @click=${press("me")}>${msg("Mine")}</button>
    </div>`;
  }

  #table(keys: Key[]): unknown {
    const owners = !this.user;
    return html`<table>
      <thead><tr><th>${msg("Key")}</th>${owners ? html`<th>${msg("Of")}</th>` : nothing}<th>${msg("May do")}</th>
        <th>${msg("Used")}</th><th>${msg("Ends")}</th><th><span class="unseen">${msg("Actions")}</span></th></tr></thead>
      <tbody>${keys.map(
        (key) => html`<tr>
          <td><span class="name">${key.name}</span><code class="muted">glm_${key.prefix}_…</code></td>
          ${owners ? html`<td data-label=${msg("Of")}>${key.user}</td>` : nothing}
          <td data-label=${msg("May do")}>${this.#scopes(key)}</td>
          <td data-label=${msg("Used")}>${key.last_used_at ? html`<g-time .at=${key.last_used_at}></g-time>` : html`<span class="muted">${msg("never")}</span>`}</td>
          <td data-label=${msg("Ends")}>${key.expires_at ? html`<g-time .at=${key.expires_at}></g-time>` : html`<span class="muted">${msg("never")}</span>`}</td>
          <td class="end"><button class="button small" type="button" aria-label=${msg(str`Revoke ${key.name}`)}
            @click=${() => this.#revoke(key)}>${msg("Revoke")}</button></td>
        </tr>`,
      )}</tbody></table>`;
  }

  #scopes(key: Key): unknown {
    const streams = key.streams;
    const first = key.scopes.slice(0, 3);
    return html`<span class="chips">
      ${key.scopes.length ? first.map((scope) => html`<span class="chip">${scope}</span>`) : html`<span class="chip">${msg("all of its owner's")}</span>`}
      ${key.scopes.length > first.length ? html`<span class="chip" title=${key.scopes.join(", ")}>+${key.scopes.length - first.length}</span>` : nothing}
      ${streams ? html`<span class="chip"><g-icon name="streams"></g-icon>${streams.length}</span>` : nothing}
    </span>`;
  }

  async #revoke(key: Key): Promise<void> {
    const sure = await confirm(
      msg(str`Revoke “${key.name}”?`),
      msg("Programs that use this key are refused at once. It cannot be brought back: they would need a new one."),
      msg("Revoke"),
    );
    if (!sure) return;
    const like = (): void => {
      this.adding = key;
    };
    await tell(async () => {
      await api.DELETE("/api/api-keys/{key_id}", { params: { path: { key_id: key.id } } });
      // A key is made for oneself alone.
      const action = key.user_id === session.me?.id ? { words: msg("New one like it"), run: like } : undefined;
      toast(msg("The key is revoked."), "good", action);
    });
    await this.#list.again();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-key-list": GKeyList;
  }
}
