// What each role may do: a row a permission, a column a role. Roles of one's own are changed here.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { byArea, catalogue, type Permission, type Role } from "../people/catalogue.js";
import { matrixStyles } from "./matrix-styles.js";
import { asIn, type Conflict, save } from "./save.js";

const NARROW = matchMedia("(max-width: 52rem)");

@customElement("g-matrix")
export class GMatrix extends GElement {
  static override styles = [GElement.styles, matrixStyles];

  /** The one role that is shown where there is room for one only. */
  @property() chosen = "";
  /** Permissions as they are to be, by role; only of those that differ. */
  @state() private drafts = new Map<string, Set<string>>();
  @state() private narrow = NARROW.matches;
  @state() private busy = false;
  @state() private problem = "";
  @state() private conflicts: Conflict[] = [];
  #listen = (): void => {
    this.narrow = NARROW.matches;
  };

  constructor() {
    super();
    new Watch(this, catalogue, session);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    NARROW.addEventListener("change", this.#listen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    NARROW.removeEventListener("change", this.#listen);
  }

  get #columns(): Role[] {
    if (!this.narrow) return catalogue.roles;
    const one =
      catalogue.role(this.chosen) ?? catalogue.roles.find((role) => role.can.includes("change")) ?? catalogue.roles[0];
    return one ? [one] : [];
  }

  override render(): unknown {
    const columns = this.#columns;
    const areas = byArea(catalogue.permissions, (permission) => permission.id);
    return html`<div class="head"><h2>${msg("What each role may do")}</h2>
        ${
          this.narrow
            ? html`<select aria-label=${msg("Role")} @change=${(event: Event) =>
                this.dispatchEvent(new CustomEvent("chosen", { detail: (event.target as HTMLSelectElement).value }))}>
                ${catalogue.roles.map((role) => html`<option value=${role.id} ?selected=${role === columns[0]}>${said(role.name)}</option>`)}</select>`
            : nothing
        }</div>
      <div class="scroll" tabindex="0" role="region" aria-label=${msg("What each role may do")}>
        <table>
          <thead><tr><th>${msg("Permission")}</th>
            ${columns.map((role) => html`<th scope="col" class="column"><span class="truncate" title=${said(role.name)}>${said(role.name)}</span></th>`)}</tr></thead>
          ${[...areas].map(
            ([name, permissions]) => html`<tbody>
              <tr class="area"><th scope="rowgroup" colspan=${columns.length + 1}>${said(name)}</th></tr>
              ${permissions.map((permission) => this.#row(permission, columns))}</tbody>`,
          )}
        </table>
      </div>
      ${this.drafts.size || this.conflicts.length ? this.#bar() : nothing}`;
  }

  #row(permission: Permission, columns: Role[]): unknown {
    return html`<tr><th scope="row"><span class="title">${said(permission.title)}</span><code class="muted">${permission.id}</code></th>
      ${columns.map((role) => html`<td class="column">${this.#cell(permission, role)}</td>`)}</tr>`;
  }

  #cell(permission: Permission, role: Role): unknown {
    const has = (this.drafts.get(role.id) ?? asIn(role)).has(permission.id);
    const base = role.base ? catalogue.role(role.base) : undefined;
    const words = `${said(permission.title)}: ${said(role.name)}`;
    if (!role.can.includes("change") || base?.permissions.includes(permission.id)) {
      const why = base?.permissions.includes(permission.id) ? msg(str`From ${said(base.name)}`) : "";
      return has
        ? html`<span class="has ${why ? "inherited" : ""}" title=${why || nothing}><g-icon name="check"></g-icon><span class="unseen">${msg("yes")}</span></span>`
        : html`<span class="not"><span class="unseen">${msg("no")}</span></span>`;
    }
    return html`<label class="press"><input type="checkbox" .checked=${has} ?disabled=${!has && !session.can(permission.id)} aria-label=${words}
      @change=${(event: Event) => this.#set(role, permission.id, (event.target as HTMLInputElement).checked)} /></label>`;
  }

  #set(role: Role, permission: string, on: boolean): void {
    const wanted = new Set(this.drafts.get(role.id) ?? asIn(role));
    if (on) wanted.add(permission);
    else wanted.delete(permission);
    const drafts = new Map(this.drafts);
    const was = asIn(role);
    if (wanted.size === was.size && [...wanted].every((one) => was.has(one))) drafts.delete(role.id);
    else drafts.set(role.id, wanted);
    this.drafts = drafts;
  }

  #bar(): unknown {
    const names = [...this.drafts.keys()].map((id) => said(catalogue.role(id)?.name ?? id)).join(", ");
    return html`<div class="save" role="region" aria-label=${msg("Changes")}>
      ${this.conflicts.map(
        (conflict) =>
          html`<p class="wrong" role="alert">${
            conflict.now
              ? msg(
                  str`Somebody else changed ${conflict.name} meanwhile. Their changes are shown, with yours on top: look, and save again.`,
                )
              : msg(str`${conflict.name} was removed meanwhile.`)
          }</p>`,
      )}
      ${this.problem ? html`<p class="wrong" role="alert">${this.problem}</p>` : nothing}
      <p>${names ? msg(str`Changed: ${names}`) : nothing}</p>
      <span class="gap"></span>
      <button class="button" type="button" @click=${this.#discard}>${msg("Discard")}</button>
      <button class="button primary" type="button" ?disabled=${this.busy || !this.drafts.size} @click=${this.#save}>${msg("Save")}</button>
    </div>`;
  }

  #discard(): void {
    this.drafts = new Map();
    this.conflicts = [];
    this.problem = "";
  }

  async #save(): Promise<void> {
    this.busy = true;
    this.problem = "";
    this.conflicts = [];
    try {
      const { left, conflicts } = await save(this.drafts);
      this.drafts = left;
      this.conflicts = conflicts;
      if (!left.size && !conflicts.length) toast(msg("Saved. It counts from now on."), "good");
    } catch (error) {
      this.problem = words(error);
    }
    this.busy = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-matrix": GMatrix;
  }
}
