// Share links: who has one sees a stream, a wall or an event without an account.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/icon.js";
import { Paged } from "../people/paged.js";
import { listStyles } from "../people/styles.js";
import "./add.js";
import type { Link } from "./table.js";
import "./table.js";

/** What of the address asks for a new link. */
const ASKED = ["new", "stream", "streams", "event"];

/** One may share something: everything, or a stream on which it was granted. */
export function mayShare(): boolean {
  return (
    session.everywhere("streams.share") || store.streams.values().some((stream) => stream.can.includes("streams.share"))
  );
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
    const asked = ASKED.some((name) => query.has(name));
    return html`<div class="bar"><h1>${msg("Share links")}</h1><span class="gap"></span>
        ${
          mayShare()
            ? html`<button class="button primary" type="button" @click=${() => router.ask({ new: "1" }, { push: true })}>
                <g-icon name="share"></g-icon>${msg("Share")}</button>`
            : nothing
        }</div>
      <div class="list">
        ${this.#list.state(msg("Nothing is shared. A link shows a stream, a wall or an event to whoever has it, without an account."))}
      </div>
      ${this.#list.items?.length ? html`<g-link-table .links=${this.#list.items} @revoked=${() => this.#list.again()}></g-link-table>` : nothing}
      ${this.#list.foot()}
      ${
        asked && mayShare()
          ? html`<g-link-add .stream=${query.get("stream") ?? ""} .event=${query.get("event") ?? ""}
            .streams=${query.get("streams")?.split(",") ?? []} .called=${query.get("name") ?? ""} @closed=${() => {
              router.ask(Object.fromEntries([...ASKED, "name"].map((name) => [name, null])));
              void this.#list.again();
            }}></g-link-add>`
          : nothing
      }`;
  }
}
