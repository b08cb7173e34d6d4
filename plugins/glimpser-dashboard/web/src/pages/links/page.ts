// Share links: who has one sees a stream, a wall or an event without an account.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import { Page } from "../../ui/element.js";
import { number, streamName } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { Paged } from "../people/paged.js";
import { listStyles } from "../people/styles.js";
import "./add.js";

type Link = components["schemas"]["ShareOut"];

/** One may share something: everything, or a stream on which it was granted. */
export function mayShare(): boolean {
  return session.can("streams.share") || store.streams.values().some((stream) => stream.can.includes("streams.share"));
}

@customElement("page-links")
export class PageLinks extends Page {
  static override styles = [Page.styles, listStyles];

  #list = new Paged<Link>(this, (cursor) =>
    listed(api.GET("/api/share-links", { params: { query: { limit: 50, cursor } } })),
  );

  constructor() {
    super();
    new Watch(this, session, store.streams);
  }

  get heading(): string {
    return msg("Share links");
  }

  override willUpdate(): void {
    this.#list.load("", this.query.get("cursor") ?? undefined);
  }

  override render(): unknown {
    const { query } = this;
    const asked = query.has("new") || query.has("stream") || query.has("event");
    return html`<div class="bar"><h1>${msg("Share links")}</h1><span class="gap"></span>
        ${
          mayShare()
            ? html`<button class="button primary" type="button" @click=${() => router.ask({ new: "1" }, { push: true })}>
                <g-icon name="share"></g-icon>${msg("Share")}</button>`
            : nothing
        }</div>
      <div class="list">
        ${this.#list.state(msg("Nothing is shared. A link shows a stream, a wall or an event to whoever has it, without an account."))}
        ${this.#list.items?.length ? this.#table(this.#list.items) : nothing}
      </div>
      ${this.#list.foot()}
      ${
        asked && mayShare()
          ? html`<g-link-add .stream=${query.get("stream") ?? ""} .event=${query.get("event") ?? ""} @closed=${() => {
              router.ask({ new: null, stream: null, event: null });
              void this.#list.again();
            }}></g-link-add>`
          : nothing
      }`;
  }

  #table(links: Link[]): unknown {
    return html`<table>
      <thead><tr><th>${msg("Link")}</th><th>${msg("Shows")}</th><th>${msg("Of")}</th><th>${msg("Opened")}</th><th>${msg("Ends")}</th>
        <th><span class="unseen">${msg("Actions")}</span></th></tr></thead>
      <tbody>${links.map(
        (link) => html`<tr>
          <td><span class="name">${link.name}</span>
            ${link.password ? html`<span class="chip"><g-icon name="lock"></g-icon>${msg("Password")}</span>` : nothing}
            ${link.locked_until ? html`<span class="chip warn">${msg("Locked after wrong passwords")}</span>` : nothing}</td>
          <td data-label=${msg("Shows")}>${this.#shows(link)}</td>
          <td data-label=${msg("Of")}>${link.user}</td>
          <td data-label=${msg("Opened")}>${
            link.last_used_at
              ? html`${link.uses === 1 ? msg("once") : msg(str`${number(link.uses)} times`)}, <g-time .at=${link.last_used_at}></g-time>`
              : html`<span class="muted">${msg("never")}</span>`
          }</td>
          <td data-label=${msg("Ends")}><g-time .at=${link.expires_at}></g-time></td>
          <td class="end"><button class="button small" type="button" aria-label=${msg(str`Revoke ${link.name}`)}
            @click=${() => this.#revoke(link)}>${msg("Revoke")}</button></td>
        </tr>`,
      )}</tbody></table>`;
  }

  #shows(link: Link): string {
    if (link.kind === "event")
      return link.streams.length ? msg(str`An event of ${streamName(link.streams[0]!)}`) : msg("An event");
    if (link.kind === "stream") return link.streams.length ? streamName(link.streams[0]!) : msg("A stream");
    if (link.streams.length === 1) return msg("A wall of one stream");
    return msg(str`A wall of ${number(link.streams.length)} streams`);
  }

  async #revoke(link: Link): Promise<void> {
    const sure = await confirm(
      msg(str`Revoke “${link.name}”?`),
      msg("Who has the link sees nothing any more, at once. This cannot be undone."),
      msg("Revoke"),
    );
    if (!sure) return;
    await tell(async () => {
      await api.DELETE("/api/share-links/{link_id}", { params: { path: { link_id: link.id } } });
      toast(msg("The link is revoked."), "good");
    });
    await this.#list.again();
  }
}
