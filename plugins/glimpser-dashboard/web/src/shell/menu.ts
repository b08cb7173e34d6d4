// The way to all pages: at the side, or the most used ones at the foot of small screens with the rest behind "More".

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { said } from "../locale/said.js";
import { type NavSpec, PAGES } from "../pages/index.js";
import { at } from "../root.js";
import { router } from "../router.js";
import { session } from "../state/session.js";
import { Watch } from "../state/watch.js";
import "../ui/dialog.js";
import { GElement } from "../ui/element.js";
import "../ui/icon.js";
import { ICONS, type IconName } from "../ui/icons.js";
import { menuStyles } from "./menu-styles.js";

const KEY = "glimpser.menu";
const SECTIONS = ["watch", "manage", "system"] as const;

interface Entry extends NavSpec {
  path: string;
}

/** Pages that plugins bring stand behind the hub's own. */
function ofPlugins(): Entry[] {
  return session.panels("page").map(({ plugin, element, title, icon }, n) => ({
    section: "watch",
    order: 1000 + n,
    icon: icon in ICONS ? (icon as IconName) : "panel",
    words: () => said(title),
    path: `/p/${plugin}/${element}`,
  }));
}

function entries(): Entry[] {
  if (session.presence !== "in") return [];
  const own = PAGES.flatMap((page) => (page.nav && session.allows(page) ? [{ ...page.nav, path: page.path }] : []));
  return [...own, ...ofPlugins()].sort(
    (a, b) => SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) || a.order - b.order,
  );
}

@customElement("g-menu")
export class GMenu extends GElement {
  static override styles = [GElement.styles, menuStyles];

  @property({ type: Boolean, reflect: true }) bar = false;
  @property({ type: Boolean, reflect: true }) narrow = localStorage.getItem(KEY) === "narrow";
  @state() private more = false;

  constructor() {
    super();
    new Watch(this, session, router);
  }

  override render(): unknown {
    return this.bar ? this.#bar() : this.#side();
  }

  #side(): unknown {
    const list = entries();
    const titles = { watch: msg("Watch"), manage: msg("Manage"), system: msg("System") };
    const words = this.narrow ? msg("Wide menu") : msg("Narrow menu");
    return html`<nav aria-label=${msg("Pages")}>
      <a class="brand" href=${at("")}><img src=${at("favicon.svg")} alt="" width="28" height="28" />
        <span class="words">Glimpser</span></a>
      ${SECTIONS.map((section) => {
        const mine = list.filter((entry) => entry.section === section);
        return mine.length
          ? html`<h2 class="words" id=${section}>${titles[section]}</h2>
              <ul aria-labelledby=${section}>${mine.map((entry) => html`<li>${this.#link(entry)}</li>`)}</ul>`
          : nothing;
      })}
      <span class="gap"></span>
      <button class="fold" type="button" aria-expanded=${!this.narrow} title=${words} @click=${this.#fold}>
        <g-icon name=${this.narrow ? "next" : "back"}></g-icon><span class="words">${words}</span>
      </button>
    </nav>`;
  }

  #bar(): unknown {
    const list = entries();
    const front = list.filter((entry) => entry.bar).slice(0, 4);
    const rest = list.filter((entry) => !front.includes(entry));
    return html`<nav class="row" aria-label=${msg("Pages")}>
        ${front.map((entry) => this.#link(entry))}
        ${
          rest.length
            ? html`<button type="button" aria-haspopup="dialog" @click=${() => {
                this.more = true;
              }}><g-icon name="menu"></g-icon><span>${msg("More")}</span></button>`
            : nothing
        }
      </nav>
      ${
        this.more
          ? html`<g-dialog .heading=${msg("Pages")} @closed=${() => {
              this.more = false;
            }}><ul class="sheet">${rest.map((entry) => html`<li>${this.#link(entry)}</li>`)}</ul></g-dialog>`
          : nothing
      }`;
  }

  #link({ path, icon, words }: Entry): unknown {
    const here = path === "/" ? router.path === "/" : `${router.path}/`.startsWith(`${path}/`);
    const text = words();
    return html`<a href=${at(path.slice(1))} aria-current=${here ? "page" : nothing}
      title=${this.narrow && !this.bar ? text : nothing} @click=${() => {
        this.more = false;
      }}><g-icon name=${icon}></g-icon><span class="words">${text}</span></a>`;
  }

  #fold(): void {
    this.narrow = !this.narrow;
    localStorage.setItem(KEY, this.narrow ? "narrow" : "wide");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-menu": GMenu;
  }
}
