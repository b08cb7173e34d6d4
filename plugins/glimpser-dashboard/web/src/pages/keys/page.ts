// All API keys that one may see.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "./list.js";

@customElement("page-keys")
export class PageKeys extends Page {
  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("API keys");
  }

  override render(): unknown {
    const everybody = session.can("users.manage");
    const own = !everybody || this.query.get("of") === "me";
    return html`<g-key-list .heading=${msg("API keys")} .user=${own ? (session.me?.id ?? "") : ""}
      .cursor=${this.query.get("cursor") ?? ""} .choice=${everybody}></g-key-list>`;
  }
}
