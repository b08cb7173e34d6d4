// Who may do what to one stream, or to the streams of a group, beside what their roles allow.
// `<stream-access .stream=${id}>` or `.group=${id}`; needs users.manage.

import { msg, str } from "@lit/localize";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { words } from "../../api/errors.js";
import type { components } from "../../api/schema.js";
import { said } from "../../locale/said.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { accessStyles } from "./access-styles.js";
import { catalogue } from "./catalogue.js";
import { type Grant, readGrants, writeGrants } from "./grants.js";
import "./find-user.js";

type User = Pick<components["schemas"]["UserOut"], "id" | "name" | "display_name">;

@customElement("stream-access")
export class StreamAccess extends GElement {
  static override styles = [GElement.styles, accessStyles];

  @property() stream = "";
  @property() group = "";
  @state() private grants: Grant[] | null = null;
  /** As they are on the hub. */
  @state() private kept: Grant[] = [];
  @state() private differs = false;
  @state() private problem = "";
  @state() private busy = false;
  /** Names of users by their ids. */
  @state() private names = new Map<string, string>();

  constructor() {
    super();
    new Watch(this, catalogue);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(() => catalogue.load());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if ((changed.has("stream") || changed.has("group")) && (this.stream || this.group)) void this.#read();
  }

  async #read(): Promise<void> {
    const grants = await tell(() => readGrants(this));
    if (!grants) return;
    this.kept = grants;
    this.grants = grants;
    this.differs = false;
    this.problem = "";
    for (const { user } of grants) if (user && !this.names.has(user)) void this.#name(user);
  }

  async #name(id: string): Promise<void> {
    const user = await tell(() => body(api.GET("/api/users/{user_id}", { params: { path: { user_id: id } } })));
    if (user) this.#known(user);
  }

  #known(user: User): void {
    this.names = new Map(this.names).set(user.id, user.display_name || user.name);
  }

  override render(): unknown {
    if (!this.grants) return html`<p class="muted" role="status">${msg("Loading…")}</p>`;
    const free = catalogue.roles.filter(
      (role) => !role.everywhere && !this.grants?.some((grant) => grant.role === role.id),
    );
    const everywhere = catalogue.roles.filter((role) => role.everywhere).map(({ name }) => name);
    return html`<p class="muted">${msg("This adds to what a role allows; nothing here takes anything away.")}
        ${everywhere.length ? msg(str`Who sees every stream needs nothing here: ${everywhere.map(said).join(", ")}.`) : nothing}</p>
      <ul class="grants">${this.grants.map((grant, n) => this.#grant(grant, n))}</ul>
      ${this.grants.length ? nothing : html`<p class="none muted">${this.group ? msg("Nothing was granted on this group.") : msg("Nothing was granted on this stream itself.")}</p>`}
      <div class="row">
        <g-find-user @found=${(event: CustomEvent<User>) => {
          this.#known(event.detail);
          this.#add({ user: event.detail.id, role: null });
        }}></g-find-user>
        ${
          free.length
            ? html`<select aria-label=${msg("Add a role")} @change=${(event: Event) => {
                const select = event.target as HTMLSelectElement;
                if (select.value) this.#add({ user: null, role: select.value });
                select.value = "";
              }}><option value="">${msg("Add a role…")}</option>
              ${free.map((role) => html`<option value=${role.id}>${said(role.name)}</option>`)}</select>`
            : nothing
        }
        <span class="gap"></span>
        ${this.differs ? html`<button class="button" type="button" @click=${this.#read}>${msg("Discard")}</button>` : nothing}
        <button class="button primary" type="button" ?disabled=${!this.differs || this.busy} @click=${this.#save}>${msg("Save")}</button>
      </div>
      <p class="wrong" role="alert" ?hidden=${!this.problem}>${this.problem}</p>`;
  }

  #who(grant: Grant): string {
    if (grant.role) return catalogue.role(grant.role)?.name ?? grant.role;
    return this.names.get(grant.user ?? "") ?? "…";
  }

  #grant(grant: Grant, n: number): unknown {
    const who = this.#who(grant);
    const choices = catalogue.permissions.filter((permission) => permission.per_stream);
    return html`<li class="card">
      <div class="row"><g-icon name=${grant.role ? "role" : "person"}></g-icon><strong class="truncate">${who}</strong>
        <span class="muted small">${grant.role ? msg("role") : msg("user")}</span><span class="gap"></span>
        <button class="button ghost square" type="button" title=${msg("Take away")} aria-label=${`${msg("Take away")}: ${who}`}
          @click=${() => this.#set(this.grants!.filter((_, at) => at !== n))}><g-icon name="close"></g-icon></button></div>
      <div class="choices" role="group" aria-label=${who}>${choices.map(
        (
          permission,
        ) => html`<label title=${permission.id}><input type="checkbox" .checked=${grant.permissions.includes(permission.id)}
          @change=${(event: Event) => this.#toggle(n, permission.id, (event.target as HTMLInputElement).checked)} />
          <span>${said(permission.title)}</span></label>`,
      )}</div>
    </li>`;
  }

  #add(who: Pick<Grant, "user" | "role">): void {
    if (this.grants?.some((grant) => grant.user === who.user && grant.role === who.role)) return;
    const first = catalogue.permissions.find((permission) => permission.per_stream);
    this.#set([...(this.grants ?? []), { ...who, permissions: first ? [first.id] : [] }]);
  }

  #toggle(n: number, permission: string, on: boolean): void {
    this.#set(
      this.grants!.map((grant, at) => {
        if (at !== n) return grant;
        const rest = grant.permissions.filter((one) => one !== permission);
        return { ...grant, permissions: on ? [...rest, permission] : rest };
      }),
    );
  }

  #set(grants: Grant[]): void {
    this.grants = grants;
    this.differs = true;
  }

  async #save(): Promise<void> {
    this.busy = true;
    const before = this.kept;
    const of = { stream: this.stream, group: this.group };
    try {
      const now = await writeGrants(of, this.grants!, before);
      this.#have(now);
      const undo = async (): Promise<void> => {
        const back = await tell(() => writeGrants(of, before, now));
        if (back && of.stream === this.stream && of.group === this.group) this.#have(back);
      };
      toast(msg("Saved. It counts from now on."), "good", { words: msg("Undo"), run: () => void undo() });
    } catch (error) {
      this.problem = words(error);
    }
    this.busy = false;
  }

  #have(grants: Grant[]): void {
    this.grants = grants;
    this.kept = grants;
    this.differs = false;
    this.problem = "";
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "stream-access": StreamAccess;
  }
}
