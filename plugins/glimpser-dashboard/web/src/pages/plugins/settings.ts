// The settings of one plugin.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import "../../plugins/config.js";
import { Page } from "../../ui/element.js";

@customElement("page-plugin-settings")
export class PagePluginSettings extends Page {
  static override styles = [
    Page.styles,
    css`
      :host {
        max-width: 52rem;
      }
    `,
  ];

  get heading(): string {
    return msg("Settings");
  }

  override render(): unknown {
    return html`<div class="bar"><h1>${this.params.plugin_id}</h1></div>
      <section class="card"><plugin-config .plugin=${this.params.plugin_id ?? ""}></plugin-config></section>`;
  }
}
