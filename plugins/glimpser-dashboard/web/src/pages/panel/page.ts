// A page that a plugin brings: `/p/PLUGIN/ELEMENT`.

import { msg } from "@lit/localize";
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/panel.js";

@customElement("page-panel")
export class PagePanel extends Page {
  constructor() {
    super();
    new Watch(this, session);
  }

  get #panel(): ReturnType<typeof session.panels>[number] | undefined {
    const { plugin_id, name } = this.params;
    return session.panels("page").find((panel) => panel.plugin === plugin_id && panel.element === name);
  }

  get heading(): string {
    return (this.#panel && said(this.#panel.title)) ?? msg("There is no such page");
  }

  override render(): unknown {
    const panel = this.#panel;
    if (!panel) {
      return html`<g-empty icon="plugin" .heading=${msg("There is no such page")}
        .text=${msg("The plugin that brought it was removed or switched off, or it is not for you to see.")}>
        <a class="button primary" href=${at("")}>${msg("To the wall")}</a></g-empty>`;
    }
    return html`<div class="bar"><h1>${said(panel.title)}</h1></div><g-panel .panel=${panel}></g-panel>`;
  }
}
