// One plugin: its state, why it failed and what helps, what it asks for and adds, its settings, and its switch.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import { detailStyles } from "./detail-styles.js";
import { addition, asks, failed, type PluginDetail, stateKind, stateName, waits, whatToDo, why } from "./plugins.js";

@customElement("page-plugin")
export class PagePlugin extends Page {
  static override styles = [Page.styles, detailStyles];

  @state() private plugin: PluginDetail | null = null;
  @state() private error: unknown = null;
  @state() private busy = false;

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return (this.plugin && said(this.plugin.title)) ?? msg("Plugin");
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get("params") as Record<string, string> | undefined;
    if (changed.has("params") && before?.plugin_id !== this.params.plugin_id) void this.#read();
  }

  async #read(): Promise<void> {
    try {
      const path = { plugin_id: this.params.plugin_id ?? "" };
      this.plugin = await body(api.GET("/api/plugins/{plugin_id}", { params: { path } }));
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  override render(): unknown {
    const { plugin, error } = this;
    if (error) {
      const gone = error instanceof Refused && error.status === 404;
      return html`<g-empty icon="plugin" .heading=${gone ? msg("There is no such plugin") : msg("This did not work")}
        .text=${gone ? msg("It may have been removed.") : words(error)}>
        <a class="button primary" href=${at("plugins")}>${msg("All plugins")}</a></g-empty>`;
    }
    if (!plugin) return nothing;
    const tab = this.query.get("tab") ?? "";
    const tabs: [string, string][] = [["", msg("Overview")]];
    if (plugin.schema) tabs.push(["configuration", msg("Configuration")]);
    return html`<nav class="crumbs small"><a href=${at("plugins")}>${msg("Plugins")}</a></nav>
      <div class="bar"><h1>${said(plugin.title)}</h1><span class="chip ${stateKind(plugin)}">${stateName(plugin.state)}</span>
        ${waits(plugin) ? html`<span class="chip warn">${msg("Restart the hub to finish")}</span>` : nothing}
        <span class="gap"></span>
        ${plugin.docs ? html`<a class="button" href=${plugin.docs} target="_blank" rel="noreferrer"><g-icon name="help"></g-icon>${msg("Documentation")}</a>` : nothing}
        ${session.can("plugins.manage") ? this.#switch(plugin) : nothing}</div>
      <p class="muted lead">${said(plugin.description)}</p>
      ${
        tabs.length > 1
          ? html`<div class="segments tabs" role="group" aria-label=${msg("Parts of this page")}>${tabs.map(
              ([id, text]) => html`<button class="button small" type="button" aria-pressed=${id === tab}
                @click=${() => router.ask({ tab: id })}>${text}</button>`,
            )}</div>`
          : nothing
      }
      ${tab === "configuration" && plugin.schema ? this.#configuration(plugin) : this.#overview(plugin)}`;
  }

  #switch(plugin: PluginDetail): unknown {
    return plugin.enabled
      ? html`<button class="button" type="button" ?disabled=${this.busy} @click=${() => void this.#turn(false)}>${msg("Switch off")}</button>`
      : html`<button class="button primary" type="button" ?disabled=${this.busy} @click=${() => void this.#turn(true)}>${msg("Switch on")}</button>`;
  }

  async #turn(enabled: boolean): Promise<void> {
    const { plugin } = this;
    if (!plugin) return;
    const question = msg(
      "What it adds is gone after the next start of the hub, until it is switched on again. Nothing it keeps is deleted.",
    );
    if (!enabled && !(await confirm(msg(str`Switch ${said(plugin.title)} off?`), question, msg("Switch off")))) return;
    this.busy = true;
    await tell(async () => {
      const path = { plugin_id: plugin.id };
      this.plugin = await body(
        api.PATCH("/api/plugins/{plugin_id}", { params: { path, header: match(plugin) }, body: { enabled } }),
      );
      toast(
        enabled ? msg("It is on from the next start of the hub.") : msg("It is off from the next start of the hub."),
        "good",
      );
    });
    this.busy = false;
  }

  #configuration(plugin: PluginDetail): unknown {
    void import("../../plugins/config.js");
    return html`<section class="card form"><plugin-config .plugin=${plugin.id}></plugin-config></section>`;
  }

  #overview(plugin: PluginDetail): unknown {
    const provides = Object.entries(plugin.provides);
    const unknown = !provides.length && plugin.state !== "running";
    return html`<div class="stack">
      ${failed(plugin) || plugin.state === "disabled" ? this.#trouble(plugin) : nothing}
      ${plugin.warnings.map((text) => html`<p class="card note"><g-icon name="warning"></g-icon>${text}</p>`)}
      <div class="columns">
        <section class="card"><h2>${msg("What it may do")}</h2>
          ${
            plugin.capabilities.length
              ? html`<ul class="list">${plugin.capabilities.map(
                  (name) =>
                    html`<li><g-icon name="check"></g-icon><span>${asks(name)} <code class="muted">${name}</code></span></li>`,
                )}</ul>`
              : html`<p class="muted">${unknown ? msg("This is not known while it cannot be loaded.") : msg("It asks for nothing: no network, no files, no programs.")}</p>`
          }
          ${plugin.first_party ? nothing : html`<p class="muted small">${msg("It is not by Glimpser. Its code runs with the rights of the hub: trust it as you trust the hub.")}</p>`}
        </section>
        <section class="card"><h2>${msg("What it adds")}</h2>
          ${
            provides.length
              ? html`<dl>${provides.map(([kind, names]) => html`<dt>${addition(kind)}</dt><dd>${names.map((name) => html`<code>${name}</code> `)}</dd>`)}</dl>`
              : html`<p class="muted">${unknown ? msg("This is not known while it cannot be loaded.") : msg("Nothing that has a name.")}</p>`
          }
        </section>
        <section class="card"><h2>${msg("Installed as")}</h2>
          <dl><dt>${msg("Id")}</dt><dd><code>${plugin.id}</code></dd>
            ${plugin.distributions.map((dist) => html`<dt>${msg("Package")}</dt><dd><code>${dist.name} ${dist.version}</code></dd>`)}
            <dt>${msg("By")}</dt><dd>${plugin.first_party ? "Glimpser" : msg("somebody else")}</dd></dl>
        </section>
      </div>
      ${plugin.traceback ? html`<details class="card"><summary>${msg("For its author")}</summary><pre tabindex="0">${plugin.traceback}</pre></details>` : nothing}
    </div>`;
  }

  #trouble(plugin: PluginDetail): unknown {
    const off = plugin.state === "disabled";
    return html`<section class="card trouble ${off ? "off" : stateKind(plugin)}" aria-label=${msg("Why it does not run")}>
      <g-icon name=${off ? "info" : "warning"}></g-icon>
      <div><h2>${off ? msg("It is switched off") : stateName(plugin.state)}</h2>
        ${why(plugin) && !off ? html`<p class="reason">${why(plugin)}</p>` : nothing}
        <p class="muted">${off && plugin.enabled ? msg("Restart the hub: then it is on.") : whatToDo(plugin.state)}</p></div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-plugin": PagePlugin;
  }
}
