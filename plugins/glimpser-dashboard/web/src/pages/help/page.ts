// All keys, and where more is written.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { at } from "../../root.js";
import { shortcuts } from "../../shell/shortcuts.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";

@customElement("page-help")
export class PageHelp extends Page {
  static override styles = [
    Page.styles,
    css`
      .groups {
        columns: 20rem;
        column-gap: 1rem;
      }
      section {
        break-inside: avoid;
        margin-bottom: 1rem;
      }
      h2 {
        margin-bottom: 0.5rem;
      }
      dl div {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-height: 2.25rem;
      }
      dl div + div {
        border-top: 1px solid var(--g-line);
      }
      dd {
        display: flex;
        gap: 0.25rem;
        flex: none;
      }
      kbd {
        min-width: 1.75rem;
        padding: 0.0625rem 0.5rem;
        border: 1px solid var(--g-line);
        border-bottom-width: 2px;
        border-radius: 6px;
        background: var(--g-raised);
        color: var(--g-text);
        font: 600 0.75rem/1.6 var(--g-font);
        text-align: center;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("Help");
  }

  override render(): unknown {
    return html`<div class="bar"><h1>${msg("Help")}</h1><p class="muted">${msg("Everything can be done by keyboard.")}</p></div>
      <div class="groups">
        ${shortcuts()
          .filter((group) => group.list.length)
          .map(
            (group) => html`<section class="card"><h2>${group.title}</h2>
              <dl>${group.list.map(
                ({ keys, words }) =>
                  html`<div><dt>${words}</dt><dd>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dd></div>`,
              )}</dl></section>`,
          )}
        <section class="card"><h2>${msg("For programs")}</h2>
          <p class="muted">${msg("Everything that these pages do is done by the hub's API, which you may use too.")}
            <a href=${at("api/openapi.json")}>${msg("Description of the API")}</a></p></section>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-help": PageHelp;
  }
}
