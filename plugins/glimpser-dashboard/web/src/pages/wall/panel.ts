// What a wall is called, what is on it, who sees it and how it behaves: beside the layout while it is changed.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import type { WallDraft } from "../../state/walls.js";
import { Watch } from "../../state/watch.js";
import { dots } from "../../theme/dots.js";
import { GElement } from "../../ui/element.js";
import { span, statusKind } from "../../ui/format.js";
import "../../ui/icon.js";
import { room } from "./layout.js";

type Choice = readonly [string, string];
const MOST = 64;

@customElement("wall-panel")
export class WallPanel extends GElement {
  static override styles = [
    GElement.styles,
    dots,
    css`
      .stack {
        gap: 1.25rem;
      }
      ul {
        display: grid;
        max-height: 15rem;
        margin: 0 -0.5rem;
        overflow: auto;
      }
      .add {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        width: 100%;
        min-height: 2.25rem;
        padding: 0 0.5rem;
        border: 0;
        border-radius: var(--g-radius-small);
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      .add:hover {
        background: var(--g-hover);
      }
      .add g-icon {
        margin-left: auto;
        color: var(--g-accent-text);
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        align-items: end;
        gap: 0.75rem;
      }
      h2 {
        margin-bottom: 0.25rem;
        font-size: 0.9375rem;
      }
    `,
  ];

  @property({ attribute: false }) draft!: WallDraft;
  /** Whether its owner changes it; nobody else makes it private. */
  @property({ type: Boolean }) mine = true;
  @property() wrong = "";
  @state() private roles: Choice[] = [];

  constructor() {
    super();
    new Watch(this, store.streams);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { me } = session;
    this.roles = me ? [[me.role, me.role]] : [];
    if (session.can("users.manage")) {
      void body(api.GET("/api/roles")).then(
        ({ roles }) => {
          this.roles = roles.map(({ id, name }) => [id, name] as const);
        },
        () => {},
      );
    }
  }

  override render(): unknown {
    const { draft } = this;
    const shown = new Set(draft.tiles.map((tile) => tile.stream_id));
    const rest = store.streams.list.filter((stream) => !shown.has(stream.id));
    return html`<div class="stack">
      <div class="field"><label for="name">${msg("Name")}</label>
        <input id="name" maxlength="80" autocomplete="off" .value=${draft.name} aria-invalid=${this.wrong ? "true" : nothing}
          aria-describedby="wrong" @input=${(event: Event) => this.#change({ name: (event.target as HTMLInputElement).value })} />
        <p class="wrong" id="wrong" role="alert" ?hidden=${!this.wrong}>${this.wrong}</p></div>
      <section><h2>${msg("Streams to add")}</h2>
        ${
          rest.length
            ? html`<ul>${rest.map(
                (stream) => html`<li><button class="add" type="button" ?disabled=${shown.size >= MOST}
                  @click=${() => this.#add(stream.id)}><span class="dot ${statusKind(stream.status)}"></span>
                  <span class="truncate">${stream.name}</span><g-icon name="add"></g-icon></button></li>`,
              )}</ul>`
            : html`<p class="muted small">${msg("All streams are on this wall.")}</p>`
        }</section>
      ${this.#choice("who", msg("Who sees it"), this.#audience, this.#people(), (value) => this.#share(value))}
      <div class="pair">
        ${this.#number("rows", msg("Rows a page"), draft.rows, this.#counts([0, 4, 6, 8, 9, 12, 16, 24]))}
        ${this.#number("rotation_s", msg("Next page after"), draft.rotation_s, this.#seconds([0, 10, 20, 30, 60, 300]))}
      </div>
      <div class="pair">
        ${this.#choice(
          "idle",
          msg("Calm tiles"),
          draft.idle,
          [
            ["live", msg("Live")],
            ["slow", msg("Slow")],
            ["still", msg("A still picture")],
          ],
          (idle) => this.#change({ idle: idle as WallDraft["idle"] }),
        )}
        ${this.#number("active_s", msg("Calm again after"), draft.active_s, this.#seconds([10, 20, 60, 300]))}
      </div>
      <p class="muted small">${msg("A calm tile goes live when something happens in it, or when you point at it.")}</p>
    </div>`;
  }

  #choice(
    id: string,
    label: string,
    value: string,
    options: readonly Choice[],
    change: (value: string) => void,
  ): unknown {
    return html`<div class="field"><label for=${id}>${label}</label>
      <select id=${id} @change=${(event: Event) => change((event.target as HTMLSelectElement).value)}>
        ${options.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
      </select></div>`;
  }

  #number(id: "rows" | "rotation_s" | "active_s", label: string, value: number, options: Choice[]): unknown {
    const known = options.some(([key]) => key === String(value));
    const all: Choice[] = known ? options : [...options, [String(value), id === "rows" ? String(value) : span(value)]];
    return this.#choice(id, label, String(value), all, (chosen) => this.#change({ [id]: Number(chosen) }));
  }

  #counts(list: number[]): Choice[] {
    return list.map((count) => [String(count), count ? String(count) : msg("All on one page")]);
  }

  #seconds(list: number[]): Choice[] {
    return list.map((seconds) => [String(seconds), seconds ? span(seconds) : msg("Never")]);
  }

  get #audience(): string {
    const { visibility, role } = this.draft;
    return visibility === "private" ? "private" : role === null ? "everybody" : `role:${role}`;
  }

  #people(): Choice[] {
    const { role } = this.draft;
    const known =
      role === null || this.roles.some(([id]) => id === role) ? this.roles : [...this.roles, [role, role] as const];
    const roles = known.map(([id, name]): Choice => [`role:${id}`, name]);
    const open: Choice[] = [["everybody", msg("Everybody")]];
    return [...(this.mine ? ([["private", msg("Only I")]] as Choice[]) : []), ...open, ...roles];
  }

  #share(value: string): void {
    if (value === "private") this.#change({ visibility: "private", role: null });
    else this.#change({ visibility: "shared", role: value === "everybody" ? null : value.slice("role:".length) });
  }

  #add(stream_id: string): void {
    const { tiles, columns } = this.draft;
    const w = Math.min(columns, tiles.at(-1)?.w ?? 4);
    const h = tiles.at(-1)?.h ?? w;
    this.#change({ tiles: [...tiles, { stream_id, ...room(tiles, columns, w, h), w, h }] });
  }

  #change(part: Partial<WallDraft>): void {
    this.dispatchEvent(new CustomEvent("changed", { detail: { ...this.draft, ...part } }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "wall-panel": WallPanel;
  }
}
