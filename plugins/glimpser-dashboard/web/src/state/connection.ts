// How the hub is reached, in one place for all pages.

import { hooks } from "../api/client.js";
import { at, FILES, ROOT } from "../root.js";
import { socket } from "./socket.js";
import { Changing } from "./watch.js";

/** `away`: the hub does not answer; `restarting`: it says that it starts or stops; `offline`: this device has no network. */
export type Reach = "connecting" | "live" | "reconnecting" | "away" | "restarting" | "offline";

/** Watch it for `reach` and `outdated`. */
export class Connection extends Changing {
  reach: Reach = "connecting";
  /** Whether the hub serves another version of these pages by now. */
  outdated = false;
  #was: string = socket.state;

  constructor() {
    super();
    addEventListener("online", () => {
      socket.hurry();
      this.#look();
    });
    addEventListener("offline", () => {
      socket.restart();
      this.#look();
    });
    socket.subscribe(() => this.#look());
  }

  /** Somebody could not reach the hub. */
  doubt(): void {
    socket.restart();
  }

  #look(): void {
    const { state } = socket;
    if (state === "live" && this.#was === "reconnecting") void this.compare();
    this.#was = state;
    if (!navigator.onLine) this.#become("offline");
    else if (state === "live" || state === "closed") this.#become("live");
    else if (state === "connecting") this.#become("connecting");
    else {
      if (this.reach === "live" || this.reach === "offline") this.#become("reconnecting");
      void this.#ask();
    }
  }

  async #ask(): Promise<void> {
    const reach = await fetch(at("readyz"), { cache: "no-store" }).then(
      (answer): Reach => (answer.ok ? "reconnecting" : "restarting"),
      (): Reach => "away",
    );
    if (socket.state === "reconnecting" && navigator.onLine) this.#become(reach);
  }

  /** Look whether the document names other files than those that run here. */
  async compare(): Promise<void> {
    const text = await fetch(ROOT, { cache: "no-cache" }).then(
      (answer) => answer.text(),
      () => "",
    );
    const digest = FILES.pathname.split("/").at(-2) ?? "";
    if (!text.includes("glimpser-files") || text.includes(`/${digest}/`) || import.meta.env.DEV) return;
    this.outdated = true;
    this.changed();
  }

  #become(reach: Reach): void {
    if (reach === this.reach) return;
    this.reach = reach;
    this.changed();
  }
}

export const connection = new Connection();
hooks.unreachable = () => connection.doubt();
