// What can be done with a stream: each button stands where the hub says that one may.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { Stream } from "../../api/types.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { removal } from "../../state/removal.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import "../../ui/dropdown.js";
import { GElement } from "../../ui/element.js";
import "../../ui/icon.js";
import "./share.js";

/** Start or stop a stream. */
export async function control(stream: Pick<Stream, "id">, verb: "start" | "stop"): Promise<void> {
  const params = { path: { stream_id: stream.id } };
  const path = verb === "start" ? "/api/streams/{stream_id}/start" : "/api/streams/{stream_id}/stop";
  store.streams.put(await body(api.POST(path, { params })));
}

@customElement("g-stream-actions")
export class GStreamActions extends GElement {
  static override styles = [
    GElement.styles,
    css`
      @media (max-width: 30rem) {
        .words {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) stream!: Stream;
  @state() private busy = false;
  @state() private sharing = false;

  override render(): unknown {
    const { stream } = this;
    const may = (permission: string): boolean => stream.can.includes(permission);
    return html`<div class="actions">
      ${may("streams.control") ? this.#control() : nothing}
      ${
        may("streams.control") && stream.enabled
          ? html`<button class="button" type="button" ?disabled=${this.busy} title=${msg("Take a snapshot")}
            aria-label=${msg("Take a snapshot")} @click=${() => this.#do(() => this.#snapshot())}>
            <g-icon name="camera"></g-icon><span class="words">${msg("Snapshot")}</span></button>`
          : nothing
      }
      <button class="button square" type="button" title=${msg("Full screen")} aria-label=${msg("Full screen")}
        @click=${() => this.dispatchEvent(new Event("full"))}><g-icon name="full"></g-icon></button>
      ${may("streams.configure") || may("streams.share") ? this.#more(may) : nothing}
      ${this.sharing ? html`<g-share-stream .stream=${stream} @closed=${() => this.#shared()}></g-share-stream>` : nothing}
    </div>`;
  }

  #control(): unknown {
    const { stream } = this;
    return stream.enabled
      ? html`<button class="button" type="button" ?disabled=${this.busy} @click=${() => this.#do(() => control(stream, "stop"))}>
        <g-icon name="stop"></g-icon>${msg("Stop")}</button>`
      : html`<button class="button primary" type="button" ?disabled=${this.busy} @click=${() => this.#do(() => control(stream, "start"))}>
        <g-icon name="play"></g-icon>${msg("Start")}</button>`;
  }

  #more(may: (permission: string) => boolean): unknown {
    const { stream } = this;
    return html`<g-dropdown .label=${msg("More")}>
      ${
        may("streams.configure")
          ? html`<a href=${at(`streams/${stream.id}/edit`)}><g-icon name="edit"></g-icon>${msg("Edit")}</a>`
          : nothing
      }
      ${
        may("streams.configure") && session.everywhere("streams.configure")
          ? html`<button type="button" @click=${() => this.#do(() => this.#clone())}><g-icon name="copy"></g-icon>${msg("Clone")}</button>`
          : nothing
      }
      ${
        may("streams.share")
          ? html`<button type="button" @click=${this.#share}><g-icon name="share"></g-icon>${msg("Share…")}</button>`
          : nothing
      }
      ${
        may("streams.configure")
          ? html`<button class="risky" type="button" @click=${this.#remove}><g-icon name="delete"></g-icon>${msg("Remove")}</button>`
          : nothing
      }
    </g-dropdown>`;
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    await tell(work);
    this.busy = false;
  }

  async #snapshot(): Promise<void> {
    const params = { path: { stream_id: this.stream.id } };
    await api.POST("/api/streams/{stream_id}/snapshots", { params, body: { fresh: true } });
    toast(msg("The snapshot is kept."), "good");
  }

  async #clone(): Promise<void> {
    const { stream } = this;
    const name = msg(str`Copy of ${stream.name}`).slice(0, 200);
    const params = { path: { stream_id: stream.id } };
    const copy = await body(api.POST("/api/streams/{stream_id}/clone", { params, body: { name } }));
    store.streams.put(copy);
    toast(msg(str`“${copy.name}” was made. It does not run yet.`), "good");
    router.go(`streams/${copy.id}`);
  }

  #share(): void {
    this.sharing = true;
  }

  #shared(): void {
    this.sharing = false;
  }

  #remove(): void {
    removal.begin([this.stream]);
    router.go("streams");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-stream-actions": GStreamActions;
  }
}
