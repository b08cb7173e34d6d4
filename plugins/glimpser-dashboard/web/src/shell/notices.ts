// What everybody must know, above everything: a connection that can be read or is lost, that it is a demo, pages that are
// older than the hub, marks that wait or were not kept.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { connection } from "../state/connection.js";
import { marks } from "../state/marks.js";
import { session } from "../state/session.js";
import { Watch } from "../state/watch.js";
import { GElement } from "../ui/element.js";
import { when } from "../ui/format.js";

const LOOPBACK = /^(localhost|127\.|\[::1\])/;

@customElement("g-notices")
export class GNotices extends GElement {
  static override styles = [
    GElement.styles,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.25rem 0.75rem;
        padding: 0.375rem 1rem;
        background: #fff3d6;
        color: #5c3a00;
        font-size: var(--g-size-small);
        text-align: center;
      }
      .away {
        background: #5c1a1f;
        color: #fff;
      }
      .waiting {
        background: var(--g-raised);
        color: var(--g-text);
      }
      .demo {
        background: var(--g-tint);
        color: var(--g-accent-text);
      }
      button {
        min-height: 1.75rem;
        padding: 0 0.625rem;
        border: 1px solid currentcolor;
        border-radius: var(--g-radius-small);
        background: none;
        color: inherit;
        font: inherit;
        font-weight: 600;
        cursor: pointer;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, connection, marks, session);
  }

  override render(): unknown {
    const open = location.protocol !== "https:" && !LOOPBACK.test(location.host);
    return html`${
      open
        ? html`<p>${msg("This connection is not encrypted: passwords and pictures can be read on the way.")}</p>`
        : nothing
    }
    ${
      session.visiting
        ? html`<p class="demo">${msg("This is a demo: look at everything. Nothing can be changed.")}</p>`
        : nothing
    }
    ${
      connection.outdated
        ? html`<p role="alert">${msg("Glimpser was updated. These pages are of the version before.")}
          <button type="button" @click=${() => location.reload()}>${msg("Load the new ones")}</button></p>`
        : nothing
    }
    ${this.#away()} ${session.presence === "in" ? this.#marks() : nothing}`;
  }

  #away(): unknown {
    const words = {
      offline: msg("This device has no network."),
      away: msg("The hub does not answer."),
      restarting: msg("The hub is restarting."),
    }[connection.reach as string];
    if (!words || session.presence !== "in") return nothing;
    return html`<p class="away" role="status">${words} ${msg(str`What you see is as it was: ${when(connection.since)}.`)}</p>`;
  }

  #marks(): unknown {
    const { waiting, conflicts } = marks;
    const { changed, gone } = conflicts;
    const button = (text: string, mine: boolean): unknown =>
      html`<button type="button" @click=${() => void marks.settle(mine)}>${text}</button>`;
    return html`
      ${waiting ? html`<p class="waiting" role="status">${msg(str`Marks that wait until the hub takes them: ${waiting}`)}</p>` : nothing}
      ${
        changed.length || gone
          ? html`<p role="alert">
              ${changed.length ? msg(str`Of your marks, ${changed.length} were changed elsewhere meanwhile and stay as they are there.`) : nothing}
              ${gone ? msg(str`Of what you marked, ${gone} is not there any more, or not yours to mark.`) : nothing}
              ${changed.length ? button(msg("Mark them again"), true) : nothing}
              ${button(msg("Understood"), false)}</p>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-notices": GNotices;
  }
}
