// What this browser keeps for when the hub cannot be reached.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { keep, keeps } from "../../state/kept-wall.js";
import { tell } from "../../state/toasts.js";
import { GElement } from "../../ui/element.js";
import { sectionStyles } from "../people/styles.js";

@customElement("account-keep")
export class AccountKeep extends GElement {
  static override styles = [
    GElement.styles,
    sectionStyles,
    css`
      label {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        min-height: 1.5rem;
      }
    `,
  ];

  override render(): unknown {
    return html`<div class="about">
        <h2>${msg("What this browser keeps")}</h2>
        <p class="muted small">${msg("For when the hub cannot be reached. Erased when you sign out, when you are signed out, and after seven days.")}</p>
      </div>
      <div class="card stack">
        <label><input type="checkbox" .checked=${keeps()} @change=${this.#change} />
          ${msg("Keep the last wall on this device")}</label>
        <p class="muted small">${msg("Names and states of the streams that you see, and when. No pictures. Whoever can unlock this device can read it.")}</p>
      </div>`;
  }

  #change({ target }: Event): void {
    void tell(() => keep((target as HTMLInputElement).checked));
  }
}
