// The picture of a stream with its placeholder, badges and motion ring. On the wall small, on a stream's page large.

import { consume, createContext } from "@lit/context";
import { msg, str } from "@lit/localize";
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Stream } from "../api/types.js";
import { said } from "../locale/said.js";
import { type Player, play } from "../state/live.js";
import { socket as own, type PageSocket } from "../state/socket.js";
import { GElement } from "./element.js";
import { statusName, typeName } from "./format.js";
import "./icon.js";
import { screenStyles } from "./screen-styles.js";

/** The socket that pictures come by, where it is not that of a signed-in person. */
export const socketContext = createContext<PageSocket>("glimpser-socket");

/** What a screen must know of a stream; visitors know less than people. */
export type Shown = Pick<Stream, "id" | "name" | "status"> & Partial<Pick<Stream, "reason" | "degraded">>;

@customElement("g-screen")
export class GScreen extends GElement {
  static override styles = [GElement.styles, screenStyles];

  @property({ attribute: false }) stream: Shown | null = null;
  /** Types of the events that last now. */
  @property({ attribute: false }) open: string[] = [];
  @property({ type: Number }) fps = 5;
  @consume({ context: socketContext, subscribe: true })
  @property({ attribute: false })
  socket: PageSocket = own;
  @state() private drawn = false;
  @state() private over = "";
  /** When the newest shown picture was captured, milliseconds since 1970; 0 before the first. */
  at = 0;
  #player: Player | null = null;
  #of = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { stream } = this;
    if (stream?.status !== "active") this.drawn = false;
    const of = stream?.id ?? "";
    if (this.#player && of === this.#of && changed.has("fps") && this.#player.rate) this.#player.rate(this.fps);
    else if (changed.has("fps")) this.#of = "";
    if (!stream || (this.#player && of === this.#of)) return;
    this.#stop();
    this.#of = of;
    this.#player = play({
      socket: this.socket,
      stream: stream.id,
      fps: this.fps,
      drawn: (at) => {
        this.at = at;
        if (!this.drawn && this.stream?.status === "active") this.drawn = true;
        if (this.over) this.over = "";
        this.dispatchEvent(new CustomEvent("drawn", { detail: at, composed: true }));
      },
      ended: (text) => {
        this.drawn = false;
        this.over = text;
      },
    });
  }

  #stop(): void {
    this.#player?.close();
    this.#player = null;
    this.drawn = false;
  }

  override render(): unknown {
    const { stream } = this;
    if (!stream) return nothing;
    const event = stream.status === "active" ? this.open.at(-1) : undefined;
    const element = this.#player?.element;
    element?.setAttribute("role", "img");
    element?.setAttribute("aria-label", msg(str`Live picture of ${stream.name}`));
    const waiting = stream.status === "active" && !this.over;
    return html`<div class="screen ${this.drawn ? "has-picture" : ""} ${event ? "alert" : ""}" data-status=${stream.status}>
      ${element}
      <div class="placeholder" ?hidden=${this.drawn}>
        ${waiting || stream.status === "starting" ? nothing : html`<g-icon name="offline"></g-icon>`}
        <p class="status">${this.over ? msg("Ended") : waiting ? msg("Waiting for a picture…") : statusName(stream.status)}</p>
        <p>${this.over || said(stream.reason?.text ?? "")}</p>
      </div>
      <div class="badges">
        ${event ? html`<span class="badge motion">${typeName(event)}</span>` : nothing}
        ${
          stream.degraded
            ? html`<span class="badge slow" title=${msg("This machine is busy, so that less is done for this stream.")}>${msg("Slowed")}</span>`
            : nothing
        }
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-screen": GScreen;
  }
}
