// One's own keys for programs.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { session } from "../../state/session.js";
import { GElement } from "../../ui/element.js";
import "../keys/list.js";
import { sectionStyles } from "../people/styles.js";

@customElement("account-keys")
export class AccountKeys extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  override render(): unknown {
    return html`<div class="about">
        <h2>${msg("API keys")}</h2>
        <p class="muted small">${msg("For programs that act for you. A key may never do more than you may.")}</p>
      </div>
      <g-key-list .user=${session.me?.id ?? ""} compact></g-key-list>`;
  }
}
