// A screen on which nobody works: kept awake, its pointer and its buttons hidden while nobody moves.

import { msg } from "@lit/localize";
import { css, html, nothing, type ReactiveController, type ReactiveControllerHost } from "lit";
import { connection } from "../state/connection.js";
import type { SocketState } from "../state/socket.js";

const IDLE = 3000;
const RELOAD = 30_000;

/** `idle` is set on the element while nobody moves. `on`: whether it is a kiosk now. */
export class Kiosk implements ReactiveController {
  #host: ReactiveControllerHost & HTMLElement;
  #on: () => boolean;
  #timer = 0;
  #lock: WakeLockSentinel | null = null;
  #asking = false;
  #deaf = (): void => {};
  #reload = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, on: () => boolean = () => true) {
    this.#host = host;
    this.#on = on;
    host.addController(this);
  }

  hostConnected(): void {
    for (const name of ["pointermove", "pointerdown", "keydown"]) addEventListener(name, this.#moved);
    document.addEventListener("visibilitychange", this.#wake);
    this.#deaf = connection.subscribe(this.#renew);
    this.#moved();
  }

  /** The hub has newer pages, and nobody is there to load them. */
  #renew = (): void => {
    if (connection.outdated && this.#on()) this.#reload ||= window.setTimeout(() => location.reload(), RELOAD);
  };

  hostUpdated(): void {
    if (!this.#on()) this.#sleep();
    else if (!this.#lock) void this.#wake();
  }

  hostDisconnected(): void {
    for (const name of ["pointermove", "pointerdown", "keydown"]) removeEventListener(name, this.#moved);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
    clearTimeout(this.#reload);
    this.#deaf();
    this.#sleep();
  }

  #moved = (): void => {
    this.#host.removeAttribute("idle");
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#host.toggleAttribute("idle", this.#on()), IDLE);
  };

  /** Browsers give the lock up when the page is hidden, and give none at all without TLS. */
  #wake = async (): Promise<void> => {
    if (!this.#on() || document.hidden || this.#asking || (this.#lock && !this.#lock.released)) return;
    this.#asking = true;
    this.#lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    this.#asking = false;
    if (!this.#host.isConnected) this.#sleep();
  };

  #sleep(): void {
    void this.#lock?.release().catch(() => {});
    this.#lock = null;
  }
}

/** Says that what is on the screen stands still. */
export function lost(state: SocketState | undefined): unknown {
  return state === "reconnecting" ? html`<p class="lost" role="status">${msg("Reconnecting…")}</p>` : nothing;
}

/** `.over` stands above the pictures, and goes with the pointer. */
export const kioskStyles = css`
  :host([idle]) {
    cursor: none;
  }
  .over {
    position: fixed;
    z-index: 12;
    top: 0;
    right: 0;
    left: 0;
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.625rem 0.75rem 1.5rem;
    background: linear-gradient(#000c, transparent);
    color: #fff;
    transition: opacity 0.2s;
  }
  :host([idle]) .over:not(:focus-within) {
    opacity: 0;
    pointer-events: none;
  }
  .over h1 {
    flex: 1;
    min-width: 0;
    font-size: 1.0625rem;
  }
  .lost {
    position: fixed;
    z-index: 11;
    bottom: 0.75rem;
    left: 50%;
    padding: 0.25rem 0.875rem;
    border-radius: 99px;
    background: #f59e0b;
    color: #291800;
    font-weight: 650;
    transform: translateX(-50%);
  }
  @media (prefers-reduced-motion: reduce) {
    .over {
      transition: none;
    }
  }
`;
