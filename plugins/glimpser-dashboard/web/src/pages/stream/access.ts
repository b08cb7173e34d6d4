// Who sees this stream: by grants of its own and of its groups, and by share links. `<g-stream-who .stream=${stream}>`.

import { msg } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { all, api } from "../../api/client.js";
import { words } from "../../api/errors.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import { type Group, readGroups } from "../groups/groups.js";
import type { Link } from "../links/table.js";
import "../links/table.js";
import "../people/stream-access.js";
import "./share.js";

/** Whether there is something to show to who is here. */
export function tellsWho(stream: Stream): boolean {
  return session.can("users.manage") || stream.can.includes("streams.share");
}

@customElement("g-stream-who")
export class GStreamWho extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2rem;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      .groups {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem;
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @state() private sharing = false;
  #links = new Task(this, {
    args: () => [this.stream.id] as const,
    task: async ([id]) => {
      const links = await all<Link>((cursor) =>
        api.GET("/api/share-links", { params: { query: { limit: 500, cursor } } }),
      );
      return links.filter(({ streams }) => streams.includes(id));
    },
  });
  #groups = new Task(this, { args: () => [], task: readGroups });

  constructor() {
    super();
    new Watch(this, session);
  }

  override render(): unknown {
    const { stream } = this;
    return html`${
      session.can("users.manage")
        ? html`<section aria-labelledby="granted"><h2 id="granted">${msg("Who may do what")}</h2>
            ${this.#memberships((this.#groups.value ?? []).filter(({ streams }) => streams.includes(stream.id)))}
            <stream-access .stream=${stream.id}></stream-access></section>`
        : nothing
    }
    <section aria-labelledby="shared"><div class="row"><h2 id="shared">${msg("Share links")}</h2><span class="gap"></span>
        ${
          stream.can.includes("streams.share")
            ? html`<button class="button" type="button" @click=${() => {
                this.sharing = true;
              }}><g-icon name="share"></g-icon>${msg("Share…")}</button>`
            : nothing
        }</div>
      ${this.#shared()}
      ${
        this.sharing
          ? html`<g-share-stream .stream=${stream} @closed=${() => {
              this.sharing = false;
              void this.#links.run();
            }}></g-share-stream>`
          : nothing
      }</section>`;
  }

  /** What is granted on a group holds for its streams. */
  #memberships(groups: Group[]): unknown {
    if (!groups.length) return nothing;
    return html`<p class="groups"><span class="muted">${msg("What is granted on its groups holds here too:")}</span>
      ${groups.map(({ id, name }) => html`<a class="chip" href=${at(`groups?access=${id}`)}><span class="truncate">${name}</span></a>`)}</p>`;
  }

  #shared(): unknown {
    const { value: links, error } = this.#links;
    if (error)
      return html`<p role="alert">${words(error)} <button class="button small" type="button" @click=${() => this.#links.run()}>${msg("Try again")}</button></p>`;
    if (!links) return html`<p class="muted" role="status">${msg("Loading…")}</p>`;
    if (!links.length)
      return html`<p class="muted">${msg("No link shows this stream. Whoever has one needs no account.")}</p>`;
    return html`<g-link-table .links=${links} @revoked=${() => this.#links.run()}></g-link-table>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-who": GStreamWho;
  }
}
