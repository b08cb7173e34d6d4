// One's own account.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "./data.js";
import "./devices.js";
import "./factor.js";
import "./identities.js";
import "./keep.js";
import "./keys.js";
import "./password.js";
import "./profile.js";
import "./rights.js";

@customElement("page-account")
export class PageAccount extends Page {
  static override styles = [
    Page.styles,
    css`
      .sections {
        max-width: 72rem;
      }
      .bar {
        margin-bottom: 1rem;
      }
      .must {
        margin-bottom: 1rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--g-warn);
        border-radius: var(--g-radius);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("Your account");
  }

  override render(): unknown {
    const { me } = session;
    if (!me) return nothing;
    if (me.factor_needed) {
      return html`<div class="sections">
        <div class="bar"><h1>${msg("One more thing")}</h1></div>
        <p class="must">${msg("Your account needs a second factor. Set up an authenticator app to go on.")}</p>
        <account-factor></account-factor>
      </div>`;
    }
    return html`<div class="sections">
      <div class="bar"><h1>${msg("Your account")}</h1></div>
      <account-profile></account-profile>
      ${session.capabilities?.password_sign_in ? html`<account-password></account-password>` : nothing}
      <account-factor></account-factor>
      <account-devices></account-devices>
      <account-keep></account-keep>
      <account-identities></account-identities>
      <account-keys></account-keys>
      <account-rights></account-rights>
      <account-data></account-data>
    </div>`;
  }
}
