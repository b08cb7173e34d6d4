// Every panel of a slot, one below the other; nothing where no plugin brings one.

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Panel } from "../api/types.js";
import { session } from "../state/session.js";
import { Watch } from "../state/watch.js";
import { GElement } from "./element.js";
import "./panel.js";

/** Those of a slot that are for `kind`, such as a type of event; a slot without kinds leaves it out. */
export function panelsFor(place: Panel["slot"], kind?: string): Panel[] {
  return session.panels(place).filter(({ match }) => kind === undefined || match.includes(kind));
}

/** `<g-panels place="wall.tile" .more=${{ stream }} mark=${stream.version}>`: `more` is told again when `mark` changes,
 *  not whenever the element around it is drawn. */
@customElement("g-panels")
export class GPanels extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      :host([hidden]) {
        display: none;
      }
    `,
  ];

  @property() place: Panel["slot"] = "page";
  @property() kind?: string;
  @property() mark = "";
  @property({ attribute: false }) more: Record<string, unknown> = {};
  @property({ type: Boolean }) compact = false;
  #told: Record<string, unknown> = {};

  constructor() {
    super();
    new Watch(this, session);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("mark") || !this.hasUpdated) this.#told = this.more;
  }

  override render(): unknown {
    const panels = panelsFor(this.place, this.kind);
    this.hidden = !panels.length;
    return panels.length
      ? repeat(
          panels,
          ({ plugin, element }) => `${plugin} ${element}`,
          (panel) => html`<g-panel .panel=${panel} .more=${this.#told} ?compact=${this.compact}></g-panel>`,
        )
      : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-panels": GPanels;
  }
}
