// The second factor: on or off, recovery codes.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "../people/secret.js";
import { sectionStyles } from "../people/styles.js";
import "./enrol.js";
import type { Begun } from "./enrol.js";

@customElement("account-factor")
export class AccountFactor extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @state() private begun: Begun | null = null;
  @state() private codes: string[] | null = null;

  constructor() {
    super();
    new Watch(this, session);
  }

  override render(): unknown {
    const { me } = session;
    if (!me) return nothing;
    const on = me.factor !== null;
    return html`<div class="about">
        <h2>${msg("Second factor")}</h2>
        <p class="muted small">${msg("A code of an app on your phone beside the password, so that a stolen password is worth nothing.")}</p>
      </div>
      <div class="card stack">
        <p class="row">
          <span class="chip ${on ? "good" : "warn"}"><g-icon name=${on ? "check" : "alert"}></g-icon>${on ? msg("On") : msg("Off")}</span>
          <span>${
            on
              ? msg("Signing in needs a code of your authenticator app beside the password.")
              : msg("Signing in needs the password alone.")
          }</span>
        </p>
        <div class="row">
          <button class="button ${on ? "" : "primary"}" type="button" @click=${this.#begin}>
            ${on ? msg("Set up another app") : msg("Set up an authenticator app")}</button>
          ${
            on
              ? html`<button class="button" type="button" @click=${this.#renew}>${msg("New recovery codes")}</button>
                  <button class="button danger" type="button" @click=${this.#off}>${msg("Switch it off")}</button>`
              : nothing
          }
        </div>
      </div>
      ${this.begun ? this.#enrolling(this.begun) : nothing}
      ${this.codes ? this.#kept(this.codes) : nothing}`;
  }

  #enrolling(begun: Begun): unknown {
    return html`<g-dialog .heading=${msg("Set up an authenticator app")} @closed=${() => {
      this.begun = null;
    }}><account-enrol .begun=${begun} @enrolled=${(event: CustomEvent<string[]>) => {
      this.begun = null;
      this.codes = event.detail;
    }}></account-enrol></g-dialog>`;
  }

  #kept(codes: string[]): unknown {
    return html`<g-dialog .heading=${msg("Keep these recovery codes")} @closed=${() => {
      this.codes = null;
      // Only now: before that, other pages would take the place of the codes.
      void tell(() => session.refresh());
    }}><div class="stack">
      <p>${msg("Each of these codes signs you in once when the app is lost. They are shown this once.")}</p>
      <g-secret .value=${codes.join("\n")} .label=${msg("Recovery codes")} file="glimpser-recovery-codes.txt"></g-secret>
    </div></g-dialog>`;
  }

  async #begin(): Promise<void> {
    const begun = await tell(() => body(api.POST("/api/me/totp")));
    if (begun) this.begun = begun;
  }

  async #renew(): Promise<void> {
    const sure = await confirm(
      msg("New recovery codes?"),
      msg("The codes that you have are worth nothing afterwards."),
      msg("Make new ones"),
    );
    const made = sure ? await tell(() => body(api.POST("/api/me/totp/recovery-codes"))) : undefined;
    if (made) this.codes = made.recovery_codes;
  }

  async #off(): Promise<void> {
    const sure = await confirm(
      msg("Switch the second factor off?"),
      msg("Signing in needs the password alone then, and all your other devices are signed out."),
      msg("Switch it off"),
    );
    if (!sure) return;
    await tell(async () => {
      await api.DELETE("/api/me/totp");
      await session.refresh();
      toast(msg("The second factor is off."), "good");
    });
  }
}
