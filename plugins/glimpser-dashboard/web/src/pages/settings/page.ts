// The hub's settings: what holds, which source says so, and what may be changed from here.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import { Refused, words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { toast } from "../../state/toasts.js";
import { Watch } from "../../state/watch.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import "../../ui/panel.js";
import type { GSettingsSection } from "./section.js";
import { SECTIONS, type Setting } from "./sections.js";
import "./section.js";

@customElement("page-settings")
export class PageSettings extends Page {
  static override styles = [
    Page.styles,
    css`
      :host {
        max-width: 72rem;
      }
      .sides {
        display: grid;
        grid-template-columns: 11rem minmax(0, 1fr);
        align-items: start;
        gap: 1.5rem;
      }
      nav {
        position: sticky;
        top: 1rem;
      }
      nav ul {
        display: grid;
        gap: 0.125rem;
      }
      nav a {
        display: block;
        padding: 0.375rem 0.75rem;
        border-radius: var(--g-radius-small);
        color: var(--g-muted);
        text-decoration: none;
      }
      nav a:hover {
        background: var(--g-hover);
        color: var(--g-text);
      }
      nav a[aria-current] {
        background: var(--g-tint);
        color: var(--g-accent-text);
      }
      section h2 {
        margin-bottom: 1rem;
      }
      @media (max-width: 48rem) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
          gap: 0.75rem;
        }
        nav {
          position: static;
        }
        nav ul {
          display: flex;
          flex-wrap: wrap;
        }
      }
    `,
  ];

  @state() private settings: Setting[] | null = null;
  @state() private failure: unknown = null;

  constructor() {
    super();
    new Watch(this, session);
  }

  get heading(): string {
    return msg("Settings");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  async #read(): Promise<void> {
    this.failure = null;
    try {
      this.settings = await body(api.GET("/api/settings"));
    } catch (error) {
      this.failure = error;
    }
  }

  override render(): unknown {
    if (this.failure) {
      return html`<g-empty icon="warning" .heading=${msg("The settings cannot be read")} .text=${words(this.failure)}>
        <button class="button primary" type="button" @click=${() => void this.#read()}>${msg("Try again")}</button></g-empty>`;
    }
    if (!this.settings) return nothing;
    const wanted = this.query.get("section");
    const section = SECTIONS.find((one) => one.id === wanted) ?? SECTIONS[0]!;
    const brought = session.panels("settings.section");
    const panel = brought.find(({ element }) => element === wanted);
    const places = [
      ...SECTIONS.map((one) => ({ id: one.id, title: one.title() })),
      ...brought.map(({ element, title }) => ({ id: element, title })),
    ];
    const here = panel?.element ?? section.id;
    const listed = new Set(SECTIONS.flatMap((one) => one.keys));
    const mine = this.settings.filter(({ key }) => section.keys.includes(key) || (section.rest && !listed.has(key)));
    mine.sort((a, b) => section.keys.indexOf(a.key) - section.keys.indexOf(b.key));
    return html`<div class="bar"><h1>${msg("Settings")}</h1></div>
      <div class="sides">
        <nav aria-label=${msg("Sections")}><ul>${places.map(
          ({ id, title }) =>
            html`<li><a href="?section=${id}" aria-current=${id === here ? "page" : nothing}>${title}</a></li>`,
        )}</ul></nav>
        ${
          panel
            ? html`<section aria-labelledby="brought"><h2 id="brought">${said(panel.title)}</h2><g-panel .panel=${panel}></g-panel></section>`
            : html`<g-settings-section .heading=${section.title()} .settings=${mine} ?fixed=${!session.can("settings.change")}
          @save=${(event: CustomEvent<Record<string, unknown>>) => void this.#save(event)}></g-settings-section>`
        }
      </div>`;
  }

  async #save(event: CustomEvent<Record<string, unknown>>): Promise<void> {
    const section = event.target as GSettingsSection;
    const keys = Object.keys(event.detail);
    try {
      this.settings = await body(api.PATCH("/api/settings", { body: event.detail as never }));
      toast(
        keys.length === 1
          ? msg("Saved. It holds from now on.")
          : msg(str`${keys.length} settings saved. They hold from now on.`),
        "good",
      );
      section.settle();
    } catch (error) {
      if (error instanceof Refused) section.refused(error);
      else throw error;
    }
  }
}
