// Trying a source without keeping it: what it is, a picture, or why it does not work.

import { msg } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body, PATIENT } from "../../api/client.js";
import { words } from "../../api/errors.js";
import { said } from "../../locale/said.js";
import { GElement } from "../../ui/element.js";
import { rate, size } from "../../ui/format.js";
import "../../ui/icon.js";
import { diff } from "../../forms/patch.js";
import type { Tried, Values } from "./draft.js";

const PATIENCE = "45000";

/** Try a stream with changes to its configuration: secrets that the hub keeps stay unsaid. */
function attemptKept(stream_id: string, config: Values): Promise<Tried> {
  const params = { path: { stream_id } };
  return body(
    api.POST("/api/streams/{stream_id}/test", { params, body: { config }, headers: { [PATIENT]: PATIENCE } }),
  );
}

/** Try an address, or a kind with its configuration. */
export function attempt(what: { url: string } | { kind: string; config: Values }): Promise<Tried> {
  return body(api.POST("/api/streams/test", { body: what as never, headers: { [PATIENT]: PATIENCE } }));
}

@customElement("g-probe")
export class GProbe extends GElement {
  static override styles = [
    GElement.styles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      .picture {
        display: grid;
        place-items: center;
        aspect-ratio: 16 / 9;
        border-radius: var(--g-radius);
        background: var(--g-stage);
        color: #a4aebb;
        overflow: hidden;
      }
      img {
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .said {
        display: flex;
        align-items: start;
        gap: 0.5rem;
      }
      .said g-icon {
        margin-top: 0.125rem;
      }
      .placeholder {
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        padding: 1rem;
        text-align: center;
        font-size: var(--g-size-small);
      }
      .busy {
        animation: breathe 1.4s ease-in-out infinite;
      }
      @keyframes breathe {
        50% {
          opacity: 0.4;
        }
      }
    `,
  ];

  @property({ attribute: false }) tried: Tried | null = null;
  /** There is a picture beside it already. */
  @property({ type: Boolean }) beside = false;
  @property({ attribute: false }) kind = "";
  /** Of a stream that is there, and its configuration as the hub has it. */
  @property() stream = "";
  @property({ attribute: false }) kept: Values = {};
  @property({ attribute: false }) config: Values = {};
  @state() private busy = false;
  @state() private problem = "";

  async again(): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      this.tried = this.stream
        ? await attemptKept(this.stream, diff(this.kept, this.config))
        : await attempt({ kind: this.kind, config: this.config });
      this.dispatchEvent(new CustomEvent<Tried>("tried", { detail: this.tried }));
    } catch (error) {
      this.problem = words(error);
      this.dispatchEvent(new CustomEvent("refused", { detail: error }));
    }
    this.busy = false;
  }

  override render(): unknown {
    const { tried, busy } = this;
    const preview = tried?.preview?.startsWith("data:image/jpeg;base64,") ? tried.preview : "";
    const facts = tried ? [size(tried.resolution), rate(tried.fps), tried.codec].filter(Boolean).join(" · ") : "";
    return html`<div class="picture" ?hidden=${this.beside && !preview && !busy}>${
      preview && !busy
        ? html`<img src=${preview} alt=${msg("What the stream shows now")} />`
        : html`<div class="placeholder ${busy ? "busy" : ""}"><g-icon name="image"></g-icon>
            <span>${busy ? msg("Looking…") : msg("Try it, and its picture appears here.")}</span></div>`
    }</div>
    <div aria-live="polite">${
      busy
        ? nothing
        : this.problem
          ? html`<p class="said wrong"><g-icon name="alert"></g-icon><span>${this.problem}</span></p>`
          : tried?.ok
            ? html`<p class="said good"><g-icon name="check"></g-icon><span>${msg("It works.")} <span class="muted">${facts}</span></span></p>`
            : tried
              ? html`<p class="said wrong"><g-icon name="alert"></g-icon><span>${(tried.reason && said(tried.reason.text)) ?? msg("It does not work.")}</span></p>`
              : nothing
    }</div>
    <button class="button" type="button" ?disabled=${busy} @click=${this.again}>
      <g-icon name="refresh"></g-icon>${tried || this.problem ? msg("Try again") : msg("Try it")}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-probe": GProbe;
  }
}
