// How the hub is: what is wrong first, then the machine, the workers and the plugins.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { at } from "../../root.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { dots } from "../../theme/dots.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import { bytes, number, span } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/panels.js";
import { listPlugins, type Plugin, stateKind, stateName } from "../plugins/plugins.js";
import { advice, checkName } from "./checks.js";
import "./meter.js";
import { type System, samples } from "./samples.js";
import { statusStyles } from "./styles.js";

@customElement("page-status")
export class PageStatus extends Page {
  static override styles = [Page.styles, dots, statusStyles];

  @state() private plugins: Plugin[] = [];
  #stop = (): void => {};

  constructor() {
    super();
    new Watch(this, samples, session);
  }

  get heading(): string {
    return msg("Status");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = samples.look();
    void import("./chart.js");
    if (session.can("plugins.view")) {
      void listPlugins().then(
        (plugins) => {
          this.plugins = plugins;
        },
        () => {},
      );
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override render(): unknown {
    const { system } = samples;
    if (!system) {
      return samples.error
        ? html`<g-empty icon="warning" .heading=${msg("This did not work")} .text=${words(samples.error)}>
            <button class="button primary" type="button" @click=${() => samples.again()}>${msg("Try again")}</button>
          </g-empty>`
        : html`<div class="bar"><h1>${msg("Status")}</h1></div>`;
    }
    return html`<div class="bar">
        <h1>${msg("Status")}</h1>
        ${this.#verdict()}
      </div>
      <div class="stack">
        ${this.#checks()} ${this.#machine(system)}
        <section class="card" aria-labelledby="load">
          <div class="head"><h2 id="load">${msg("Last minutes")}</h2>
            <p class="legend small"><span class="key first"></span>${msg("Processor")}
              <span class="key second"></span>${msg("Memory")}</p></div>
          <g-chart .series=${samples.series} .names=${[msg("Processor"), msg("Memory")]}></g-chart>
        </section>
        <g-panels place="system.card"></g-panels>
        ${this.#workers(system)} ${this.#plugins()} ${this.#about(system)}
      </div>`;
  }

  #verdict(): unknown {
    const status = samples.health?.status ?? "ok";
    if (status === "ok") return html`<span class="chip good">${msg("All is well")}</span>`;
    return status === "warning"
      ? html`<span class="chip warn">${msg("Needs a look")}</span>`
      : html`<span class="chip bad">${msg("Something failed")}</span>`;
  }

  #checks(): unknown {
    const wrong = (samples.health?.checks ?? []).filter((check) => check.status !== "ok");
    if (!wrong.length) return nothing;
    return html`<ul class="checks" aria-label=${msg("What is wrong")}>${wrong.map((check) => {
      const { text, link, label } = advice(check);
      return html`<li class="card check ${check.status === "failed" ? "failed" : ""}">
        <g-icon name="warning"></g-icon>
        <div><h2>${checkName(check.id)}</h2><p>${said(check.detail)}</p><p class="muted small">${text}</p></div>
        ${link ? html`<a class="button small" href=${at(link)}>${label}</a>` : nothing}
      </li>`;
    })}</ul>`;
  }

  #machine({ cpu, memory, disk, live_sessions }: System): unknown {
    const used = memory.total - memory.available;
    return html`<div class="meters">
      <g-meter icon="status" .name=${msg("Processor")} .value=${`${number(cpu.percent, { maximumFractionDigits: 0 })} %`}
        .share=${cpu.percent / 100} .text=${cpu.cores === 1 ? msg("one core") : msg(str`${cpu.cores} cores`)}></g-meter>
      <g-meter icon="activity" .name=${msg("Memory")} .value=${bytes(used)} .share=${used / memory.total}
        .text=${msg(str`of ${bytes(memory.total)}; the hub itself ${bytes(memory.hub_rss)}`)}></g-meter>
      <g-meter icon="disk" .name=${msg("Disk")} .value=${msg(str`${bytes(disk.free)} free`)}
        .share=${1 - disk.free / disk.total}
        .text=${msg(str`of ${bytes(disk.total)}; pictures and clips ${bytes(disk.media)} of ${bytes(disk.media_budget)}`)}></g-meter>
      <g-meter icon="eye" .name=${msg("Viewers")} .value=${number(live_sessions)}
        .text=${msg("live pictures on their way right now")}></g-meter>
    </div>`;
  }

  #workers({ workers }: System): unknown {
    return html`<section class="card" aria-labelledby="workers">
      <div class="head"><h2 id="workers">${msg("Workers")}</h2>
        <p class="muted small">${msg("Processes that fetch, decode and analyse the streams")}</p></div>
      ${
        workers.length
          ? html`<div class="scroll" tabindex="0" role="group" aria-labelledby="workers"><table>
              <thead><tr><th>${msg("Worker")}</th><th>${msg("State")}</th><th class="figure">${msg("Streams")}</th>
                <th class="figure">${msg("Processor")}</th><th class="figure">${msg("Memory")}</th></tr></thead>
              <tbody>${workers.map(
                (worker) => html`<tr>
                  <td><span class="id">${worker.group ? said(worker.group) : msg("spare")}</span> <span class="muted small pid">${worker.pid}</span></td>
                  <td><span class="chip ${worker.state === "running" || worker.state === "ready" ? "good" : "warn"}">${said(worker.state)}</span></td>
                  <td class="figure">${number(worker.streams)}</td>
                  <td class="figure">${this.#load(worker.id)}</td>
                  <td class="figure">${bytes(worker.rss)}</td>
                </tr>`,
              )}</tbody></table></div>`
          : html`<p class="muted">${msg("No stream runs, so there is none.")}</p>`
      }
    </section>`;
  }

  #load(id: string): string {
    const load = samples.load.get(id);
    return load === undefined ? "–" : `${number(load, { maximumFractionDigits: load < 10 ? 1 : 0 })} %`;
  }

  #plugins(): unknown {
    if (!this.plugins.length) return nothing;
    return html`<section class="card" aria-labelledby="plugins">
      <div class="head"><h2 id="plugins">${msg("Plugins")}</h2><a class="small" href=${at("plugins")}>${msg("All plugins")}</a></div>
      <ul class="plugins">${this.plugins.map(
        (plugin) => html`<li><a href=${at(`plugins/${plugin.id}`)}><span class="dot ${stateKind(plugin)}"></span>
          <span class="truncate">${said(plugin.title)}</span><span class="muted small">${stateName(plugin.state)}</span></a></li>`,
      )}</ul>
    </section>`;
  }

  #about(system: System): unknown {
    const facts: [string, string][] = [
      [msg("Version"), system.version],
      [msg("Running for"), span(system.uptime_s)],
      [msg("Name"), system.node_name || system.node_id],
      [msg("Database"), system.database === "sqlite" ? "SQLite" : "PostgreSQL"],
      [msg("Python"), system.python],
    ];
    return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-status": PageStatus;
  }
}
