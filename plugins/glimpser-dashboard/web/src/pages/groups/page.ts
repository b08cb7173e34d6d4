// Groups of streams: what is in them, and who may see them.

import { msg, str } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import { words } from "../../api/errors.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { socket } from "../../state/socket.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import "../../ui/dialog.js";
import "../../ui/dropdown.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import "../people/stream-access.js";
import { type Grant, readGrants, writeGrants } from "../people/grants.js";
import "./edit.js";
import { type Group, readGroups } from "./groups.js";

const SHOWN = 6;

@customElement("page-groups")
export class PageGroups extends Page {
  static override styles = [
    Page.styles,
    css`
      ul.groups {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
        gap: 1rem;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-content: start;
        gap: 0.75rem;
      }
      header {
        display: flex;
        align-items: start;
        gap: 0.5rem;
      }
      header > h2 {
        min-width: 0;
        flex: 1;
      }
      h2 > a {
        display: inline-block;
        min-height: 24px;
        overflow-wrap: anywhere;
        color: inherit;
        text-decoration: none;
      }
      h2 > a:hover {
        text-decoration: underline;
      }
      .members {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
      .members .chip {
        max-width: 100%;
        min-width: 0;
        text-decoration: none;
      }
    `,
  ];

  /** Being edited; null: a new one; undefined: none. */
  @state() private editing: Group | null | undefined = undefined;
  #deaf = (): void => {};
  #groups = new Task(this, { task: readGroups, args: () => [] });

  constructor() {
    super();
    new Watch(this, store.streams, session);
  }

  get heading(): string {
    return msg("Groups");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#deaf = socket.onChange(({ topic }) => topic === "group" && void this.#groups.run());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#deaf();
  }

  override render(): unknown {
    const { value: groups, error } = this.#groups;
    const manage = session.can("groups.manage");
    return html`<div class="bar">
        <h1>${msg("Groups")}</h1>
        <span class="gap"></span>
        ${manage ? html`<button class="button primary" type="button" @click=${() => this.#edit(null)}><g-icon name="add"></g-icon>${msg("New group")}</button>` : nothing}
      </div>
      ${error && !groups ? this.#failed(error) : groups ? this.#list(groups, manage) : html`<p class="muted" role="status">${msg("Loading…")}</p>`}
      ${this.editing === undefined ? nothing : html`<g-edit-group .group=${this.editing} @closed=${this.#closed}></g-edit-group>`}
      ${this.#access(groups?.find(({ id }) => id === this.query.get("access")))}`;
  }

  /** Who may do what to its streams; the address holds it. */
  #access(group: Group | undefined): unknown {
    if (!group || !session.can("users.manage")) return nothing;
    return html`<g-dialog size="large" .heading=${msg(str`Access to ${group.name}`)} @closed=${() => router.ask({ access: null })}>
      <p class="muted">${msg("It holds for all streams of the group, those that join it later too.")}</p>
      <stream-access .group=${group.id}></stream-access></g-dialog>`;
  }

  #failed(error: unknown): unknown {
    return html`<g-empty icon="warning" .heading=${msg("This did not work")} .text=${words(error)}>
      <button class="button primary" type="button" @click=${() => this.#groups.run()}>${msg("Try again")}</button></g-empty>`;
  }

  #list(groups: Group[], manage: boolean): unknown {
    if (!groups.length) {
      return html`<g-empty icon="group" .heading=${msg("No groups yet")}
        .text=${manage ? msg("A group gathers streams, so that they are found, shown and granted together.") : msg("There is no group that you may see.")}></g-empty>`;
    }
    return html`<ul class="groups">${groups.map((group) => html`<li class="card">${this.#group(group)}</li>`)}</ul>`;
  }

  #group(group: Group): unknown {
    const more = group.streams.length - SHOWN;
    return html`<header>
        <h2><a href=${at(`streams?group=${group.id}`)}>${group.name}</a></h2>
        ${group.private ? html`<span class="chip"><g-icon name="lock"></g-icon>${msg("Private")}</span>` : nothing}
        ${this.#menu(group)}
      </header>
      <p class="muted small">${group.count === 1 ? msg("1 stream") : msg(str`${group.count} streams`)}</p>
      <div class="members">
        ${group.streams.slice(0, SHOWN).map((id) => html`<a class="chip" href=${at(`streams/${id}`)}><span class="truncate">${store.streams.get(id)?.name ?? "…"}</span></a>`)}
        ${more > 0 ? html`<span class="chip">+${more}</span>` : nothing}
      </div>`;
  }

  #menu(group: Group): unknown {
    const manage = group.can.includes("groups.manage");
    const people = session.can("users.manage");
    if (!manage && !people) return nothing;
    return html`<g-dropdown .label=${msg(str`More about ${group.name}`)}>
      ${manage ? html`<button type="button" @click=${() => this.#edit(group)}><g-icon name="edit"></g-icon>${msg("Edit")}</button>` : nothing}
      ${people ? html`<button type="button" @click=${() => router.ask({ access: group.id }, { push: true })}><g-icon name="people"></g-icon>${msg("Access…")}</button>` : nothing}
      ${manage ? html`<button class="risky" type="button" @click=${() => this.#remove(group)}><g-icon name="delete"></g-icon>${msg("Delete")}</button>` : nothing}
    </g-dropdown>`;
  }

  #edit(group: Group | null): void {
    this.editing = group;
  }

  #closed(): void {
    this.editing = undefined;
    void this.#groups.run();
  }

  async #remove(group: Group): Promise<void> {
    const sentence = msg(str`“${group.name}” is removed, and what was granted by it ends. Its streams stay.`);
    if (!(await confirm(msg("Delete this group?"), sentence, msg("Delete")))) return;
    await tell(async () => {
      // Who cannot read the grants cannot put them back: that is no undoing, and is not called so.
      const grants = session.can("users.manage") ? await readGrants({ group: group.id }) : null;
      const params = { path: { group_id: group.id }, header: match(group) };
      await api.DELETE("/api/stream-groups/{group_id}", { params });
      const again = grants && session.everywhere("streams.view") ? msg("Undo") : msg("Make it again");
      const run = (): void => void tell(() => this.#again(group, grants ?? []));
      toast(msg("The group is deleted, and what was granted by it has ended."), "good", { words: again, run });
    });
    void this.#groups.run();
  }

  /** A group with the name, the streams and the grants that one had. */
  async #again({ name, private: hidden, streams }: Group, grants: Grant[]): Promise<void> {
    const made = await body(api.POST("/api/stream-groups", { body: { name, private: hidden, streams } }));
    if (grants.length) await writeGrants({ group: made.id }, grants);
    void this.#groups.run();
  }
}
