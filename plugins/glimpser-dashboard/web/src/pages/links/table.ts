// Share links in rows, and revoking them. `<g-link-table .links=${…}>`; tells `revoked`.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { router } from "../../router.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import { GElement } from "../../ui/element.js";
import { number, streamName } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { listStyles } from "../people/styles.js";

export type Link = components["schemas"]["ShareOut"];

@customElement("g-link-table")
export class GLinkTable extends GElement {
  static override styles = [GElement.styles, listStyles];

  @property({ attribute: false }) links: Link[] = [];

  constructor() {
    super();
    new Watch(this, store.streams);
  }

  override render(): unknown {
    return html`<div class="list"><table>
      <thead><tr><th>${msg("Link")}</th><th>${msg("Shows")}</th><th>${msg("Of")}</th><th>${msg("Opened")}</th><th>${msg("Ends")}</th>
        <th><span class="unseen">${msg("Actions")}</span></th></tr></thead>
      <tbody>${this.links.map(
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
      )}</tbody></table></div>`;
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
      msg("Who has the link sees nothing any more, at once. It cannot be brought back: you would hand over a new one."),
      msg("Revoke"),
    );
    if (!sure) return;
    const done = await tell(async () => {
      await api.DELETE("/api/share-links/{link_id}", { params: { path: { link_id: link.id } } });
      return true;
    });
    if (done) toast(msg("The link is revoked."), "good", { words: msg("New one like it"), run: () => again(link) });
    this.dispatchEvent(new Event("revoked"));
  }
}

/** Begin a new link that shows the same. */
function again({ event, kind, streams, name }: Link): void {
  const [what, which] = event
    ? ["event", event]
    : kind === "wall"
      ? ["streams", streams.join()]
      : ["stream", streams[0] ?? ""];
  router.go(`links?${new URLSearchParams({ new: "1", [what]: which, name })}`);
}

declare global {
  interface HTMLElementTagNameMap {
    "g-link-table": GLinkTable;
  }
}
