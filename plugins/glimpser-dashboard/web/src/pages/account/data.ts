// What the hub knows of oneself: the last things that were done, and all of it as a file.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { at } from "../../root.js";
import { tell } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "../../ui/time.js";
import { sectionStyles } from "../people/styles.js";

type Entry = components["schemas"]["AuditEventOut"];

@customElement("account-data")
export class AccountData extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @state() private entries: Entry[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void tell(async () => {
      const page = await listed(api.GET("/api/me/audit-events", { params: { query: { limit: 8 } } }));
      this.entries = page.items;
    });
  }

  override render(): unknown {
    return html`<div class="about">
        <h2>${msg("Your data")}</h2>
        <p class="muted small">${msg("What was done with your account, and failed attempts to sign in as you.")}</p>
      </div>
      <div class="card stack">
        <ul class="rows">${this.entries.map(
          (entry) => html`<li>
            <div class="grow"><code>${entry.action}</code>
              ${entry.object_name ? html`<span class="muted">${entry.object_name}</span>` : nothing}</div>
            ${entry.result === "ok" ? nothing : html`<span class="chip bad">${entry.result === "refused" ? msg("refused") : msg("failed")}</span>`}
            <span class="muted small">${entry.address}</span>
            <span class="muted small"><g-time .at=${entry.at}></g-time></span>
          </li>`,
        )}</ul>
        <p><a class="button" href=${at("api/me/export")} download><g-icon name="download"></g-icon>${msg("Download all that is about you")}</a></p>
      </div>`;
  }
}
