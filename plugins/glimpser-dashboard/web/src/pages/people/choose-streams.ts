// Which streams: all, or some of them. `<g-choose-streams .chosen=${ids or null} @chosen=${…}>`.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { store } from "../../state/store.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";

const SHOWN = 60;

@customElement("g-choose-streams")
export class GChooseStreams extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.625rem;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 1.5rem;
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        min-height: 1.75rem;
      }
      .some {
        border: 1px solid var(--g-line);
        border-radius: var(--g-radius-small);
        overflow: hidden;
      }
      .some input[type="search"] {
        border-width: 0 0 1px;
        border-color: var(--g-line);
        border-radius: 0;
      }
      .some ul {
        max-height: 14rem;
        padding: 0.375rem 0.75rem;
        overflow: auto;
      }
      .some p {
        padding: 0.375rem 0.75rem;
      }
    `,
  ];

  /** Null: all, also those that come later. */
  @property({ attribute: false }) chosen: string[] | null = null;
  /** Whether "all" is no choice here. */
  @property({ type: Boolean }) some = false;
  @property({ type: Boolean }) disabled = false;
  @state() private search = "";

  constructor() {
    super();
    new Watch(this, store.streams);
  }

  override render(): unknown {
    const only = this.some || this.chosen !== null;
    return html`${
      this.some
        ? nothing
        : html`<div class="ways" role="radiogroup" aria-label=${msg("Streams")}>
            <label><input type="radio" name="way" .checked=${!only} ?disabled=${this.disabled} @change=${() => this.#choose(null)} />
              ${msg("All streams")}</label>
            <label><input type="radio" name="way" .checked=${only} ?disabled=${this.disabled} @change=${() => this.#choose([])} />
              ${msg("Only these")}</label>
          </div>`
    }${only ? this.#some(this.chosen ?? []) : nothing}`;
  }

  #some(chosen: string[]): unknown {
    const wanted = this.search.trim().toLocaleLowerCase();
    const fitting = store.streams.list.filter((stream) => stream.name.toLocaleLowerCase().includes(wanted));
    const shown = fitting.slice(0, SHOWN);
    return html`<div class="some">
      <input type="search" aria-label=${msg("Search streams")} placeholder=${msg("Search streams")} .value=${this.search}
        @input=${(event: Event) => {
          this.search = (event.target as HTMLInputElement).value;
        }} />
      <ul>
        ${repeat(
          shown,
          (stream) => stream.id,
          (
            stream,
          ) => html`<li><label><input type="checkbox" ?disabled=${this.disabled} .checked=${chosen.includes(stream.id)}
            @change=${(event: Event) => this.#toggle(stream.id, (event.target as HTMLInputElement).checked)} />
            <span>${stream.name}</span></label></li>`,
        )}
      </ul>
      <p class="muted small" role="status">${
        fitting.length > SHOWN
          ? msg(str`${chosen.length} chosen; ${fitting.length - SHOWN} more streams are found by searching`)
          : msg(str`${chosen.length} chosen`)
      }</p>
    </div>`;
  }

  #toggle(id: string, on: boolean): void {
    const rest = (this.chosen ?? []).filter((one) => one !== id);
    this.#choose(on ? [...rest, id] : rest);
  }

  #choose(chosen: string[] | null): void {
    this.chosen = chosen;
    this.dispatchEvent(new CustomEvent("chosen", { detail: chosen }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-choose-streams": GChooseStreams;
  }
}
