// What is done with several streams at once.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body, match } from "../../api/client.js";
import { words } from "../../api/errors.js";
import type { Stream } from "../../api/types.js";
import { removal } from "../../state/removal.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { toast } from "../../state/toasts.js";
import "../../ui/dropdown.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import type { Group } from "../groups/groups.js";
import { control } from "../stream/actions.js";

const AT_ONCE = 6;

@customElement("g-bulk")
export class GBulk extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .bulk {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 0.75rem;
        padding: 0.5rem 0.5rem 0.5rem 1rem;
        border-radius: var(--g-radius);
        background: var(--g-tint);
      }
    `,
  ];

  @property({ attribute: false }) streams: Stream[] = [];
  @property({ attribute: false }) groups: Group[] = [];
  @state() private busy = false;

  override render(): unknown {
    const all = (permission: string): boolean => this.streams.every(({ can }) => can.includes(permission));
    return html`<div class="bulk" role="toolbar" aria-label=${msg("Selected streams")}>
      <strong>${msg(str`${this.streams.length} selected`)}</strong>
      <span class="gap"></span>
      ${
        all("streams.control")
          ? html`<button class="button small" type="button" ?disabled=${this.busy} @click=${() => this.#each((s) => control(s, "start"))}><g-icon name="play"></g-icon>${msg("Start")}</button>
            <button class="button small" type="button" ?disabled=${this.busy} @click=${() => this.#each((s) => control(s, "stop"))}><g-icon name="stop"></g-icon>${msg("Stop")}</button>`
          : nothing
      }
      ${all("streams.configure") ? html`<button class="button small" type="button" ?disabled=${this.busy} @click=${this.#tag}><g-icon name="tag"></g-icon>${msg("Tag…")}</button>` : nothing}
      ${
        session.can("groups.manage") && this.groups.length
          ? html`<g-dropdown small icon="group" .label=${msg("Add to group")} .words=${msg("Add to group")}>
            ${this.groups.map((group) => html`<button type="button" @click=${() => this.#join(group)}>${group.name}</button>`)}</g-dropdown>`
          : nothing
      }
      ${all("streams.configure") ? html`<button class="button small" type="button" @click=${this.#remove}><g-icon name="delete"></g-icon>${msg("Remove")}</button>` : nothing}
      <button class="button ghost square" type="button" title=${msg("Select none")} aria-label=${msg("Select none")} @click=${this.#done}><g-icon name="close"></g-icon></button>
    </div>`;
  }

  /** A few at a time; what fails is told once, with how many did. */
  async #each(work: (stream: Stream) => Promise<void>): Promise<void> {
    this.busy = true;
    const left = [...this.streams];
    const failed: unknown[] = [];
    const one = async (): Promise<void> => {
      for (let stream = left.shift(); stream; stream = left.shift()) {
        await work(stream).catch((error) => failed.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    this.busy = false;
    if (failed.length) toast(msg(str`${failed.length} of ${this.streams.length} failed: ${words(failed[0])}`), "bad");
  }

  async #tag(): Promise<void> {
    const tag = prompt(msg("Tag for the selected streams"))?.trim();
    if (!tag) return;
    await this.#each(async (stream) => {
      if (stream.tags.includes(tag)) return;
      const params = { path: { stream_id: stream.id }, header: match(stream) };
      store.streams.put(
        await body(api.PATCH("/api/streams/{stream_id}", { params, body: { tags: [...stream.tags, tag] } as never })),
      );
    });
  }

  async #join(group: Group): Promise<void> {
    this.busy = true;
    const streams = [...new Set([...group.streams, ...this.streams.map(({ id }) => id)])];
    const params = { path: { group_id: group.id }, header: match(group) };
    try {
      await api.PATCH("/api/stream-groups/{group_id}", { params, body: { streams } });
      toast(msg(str`They are in “${group.name}” now.`), "good");
      this.#done();
    } catch (error) {
      toast(words(error), "bad");
    }
    this.dispatchEvent(new Event("regrouped"));
    this.busy = false;
  }

  #remove(): void {
    removal.begin(this.streams);
    this.#done();
  }

  #done(): void {
    this.dispatchEvent(new Event("done"));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-bulk": GBulk;
  }
}
