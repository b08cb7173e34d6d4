// What is installed, how it is, and what helps where it is not well.

import { msg, str } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import { failed, listPlugins, type Plugin, stateKind, stateName, waits, whatToDo, why } from "./plugins.js";

@customElement("page-plugins")
export class PagePlugins extends Page {
  static override styles = [
    Page.styles,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
        gap: 0.75rem;
      }
      .card {
        display: grid;
        align-content: start;
        gap: 0.375rem;
        height: 100%;
        color: inherit;
        text-decoration: none;
        transition: border-color 0.12s;
      }
      .card:hover {
        border-color: var(--g-field);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        min-width: 0;
      }
      .head h2 {
        flex: 1;
      }
      .disc {
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        flex: none;
        border-radius: var(--g-radius-small);
        background: var(--g-tint);
        color: var(--g-accent-text);
      }
      .off {
        color: var(--g-muted);
      }
      .off .disc {
        background: color-mix(in srgb, var(--g-muted) 14%, transparent);
        color: inherit;
      }
      .failed {
        border-color: color-mix(in srgb, var(--g-bad) 45%, var(--g-line));
      }
      .failed .disc {
        background: color-mix(in srgb, var(--g-bad) 14%, transparent);
        color: var(--g-bad);
      }
      .why {
        font-size: var(--g-size-small);
      }
    `,
  ];

  #plugins = new Task(this, { task: () => listPlugins(), args: () => [session.capabilities] });

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("Plugins");
  }

  override render(): unknown {
    return html`<div class="bar"><h1>${msg("Plugins")}</h1>${this.#summary()}</div>
      ${this.#plugins.render({
        error: (error) => html`<g-empty icon="warning" .heading=${msg("This did not work")} .text=${words(error)}>
          <button class="button primary" type="button" @click=${() => void this.#plugins.run()}>${msg("Try again")}</button>
        </g-empty>`,
        complete: (list) => html`<ul>${list.map((plugin) => html`<li>${this.#card(plugin)}</li>`)}</ul>`,
      })}`;
  }

  #summary(): unknown {
    const list = this.#plugins.value ?? [];
    const bad = list.filter(failed).length;
    const waiting = list.some(waits);
    return html`${list.length ? html`<p class="muted">${msg(str`${list.length} installed`)}</p>` : nothing}
      ${bad ? html`<span class="chip bad">${msg(str`${bad} failed`)}</span>` : nothing}
      ${waiting ? html`<span class="chip warn">${msg("Restart the hub to finish")}</span>` : nothing}
      ${
        session.can("plugins.manage")
          ? // A page of the hub's own, which needs nothing of these.
            html`<a class="button small" href=${at("safe")} target="_self">${msg("What is broken")}</a>`
          : nothing
      }`;
  }

  #card(plugin: Plugin): unknown {
    const bad = failed(plugin);
    const text = bad ? why(plugin) : said(plugin.description);
    const version = plugin.distributions[0]?.version ?? "";
    return html`<a class="card ${bad ? "failed" : plugin.state === "disabled" ? "off" : ""}" href=${at(`plugins/${plugin.id}`)}>
      <div class="head"><span class="disc"><g-icon name="plugin"></g-icon></span>
        <h2 class="truncate">${said(plugin.title)}</h2>
        <span class="chip ${stateKind(plugin)}">${stateName(plugin.state)}</span></div>
      <p class=${bad ? "why" : "muted small"}>${text}</p>
      ${bad ? html`<p class="muted small">${whatToDo(plugin.state)}</p>` : nothing}
      <p class="muted small">${plugin.id} ${version}${plugin.first_party ? nothing : html` · ${msg("not by Glimpser")}`}</p>
    </a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-plugins": PagePlugins;
  }
}
