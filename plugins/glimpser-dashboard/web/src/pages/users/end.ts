// The end of an account: for a while, or for good.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, match } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { confirm } from "../../ui/ask.js";
import { GElement } from "../../ui/element.js";
import { sectionStyles } from "../people/styles.js";
import { invited } from "./chips.js";
import { changed } from "./rights.js";
import { activate } from "./signing-in.js";

type User = components["schemas"]["UserOut"];

@customElement("user-end")
export class UserEnd extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @property({ attribute: false }) user!: User;

  override render(): unknown {
    const { user } = this;
    const self = user.id === session.me?.id;
    return html`<div class="about"><h2>${msg("End")}</h2></div>
      <div class="card">
        <ul class="rows">
          ${
            invited(user)
              ? nothing
              : html`<li><div class="grow"><p>${user.active ? msg("Switch the account off") : msg("Switch the account on")}</p>
                  <p class="muted small">${
                    user.active
                      ? msg("Nothing is lost; all that is open ends at once.")
                      : msg("The account works again as it did before.")
                  }</p></div>
                <button class="button small" type="button" ?disabled=${self} @click=${this.#toggle}>
                  ${user.active ? msg("Switch off") : msg("Switch on")}</button></li>`
          }
          <li><div class="grow"><p>${msg("Remove the account")}</p>
              <p class="muted small">${msg("With its keys, links and grants. This cannot be undone.")}</p></div>
            <button class="button danger small" type="button" ?disabled=${self} @click=${this.#remove}>${msg("Remove…")}</button></li>
        </ul>
      </div>`;
  }

  async #toggle(): Promise<void> {
    const { user } = this;
    await tell(async () => {
      const now = await activate(user, !user.active);
      changed(this, now);
      const text = now.active ? msg(str`${now.name} may sign in again.`) : msg(str`${now.name} is switched off.`);
      const undo = () =>
        void tell(async () => {
          changed(this, await activate(now, !now.active));
        });
      toast(text, "good", { words: msg("Undo"), run: undo });
    });
  }

  async #remove(): Promise<void> {
    const { user } = this;
    const sure = await confirm(
      msg(str`Remove ${user.name}?`),
      msg(
        str`The account of ${user.display_name || user.name} is removed with its keys, links and grants. This cannot be undone; to keep it, switch it off instead.`,
      ),
      msg(str`Remove ${user.name}`),
    );
    if (!sure) return;
    await tell(async () => {
      const params = { path: { user_id: user.id }, header: match(user) };
      await api.DELETE("/api/users/{user_id}", { params });
      toast(msg(str`${user.name} is removed.`), "good");
      router.go("users");
    });
  }
}
