// How the hub is reached, in one place for all pages.

import { hooks } from "../api/client.js";
import { at, FILES, ROOT } from "../root.js";
import { socket } from "./socket.js";
import { Changing } from "./watch.js";

const KNOCK = 3000;

/** `away`: the hub does not answer; `restarting`: it says that it starts or stops; `offline`: this device has no network. */
export type Reach = "connecting" | "live" | "reconnecting" | "away" | "restarting" | "offline";

/** Watch it for `reach` and `outdated`. */
export class Connection extends Changing {
  reach: Reach = "connecting";
  /** Whether the hub serves another version of these pages by now. */
  outdated = false;
  /** Since when what is shown is not what is now, milliseconds since 1970; 0 while it is. */
  since = 0;
  #was: string = socket.state;
  #knocks = false;

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
    void this.#knock();
  }

  #look(): void {
    const { state } = socket;
    if (state === "live" && this.#was === "reconnecting") void this.compare();
    this.#was = state;
    if (!navigator.onLine) this.#become("offline");
    else if (state === "live" || (state === "closed" && !this.#knocks)) this.#become("live");
    else if (state === "connecting") this.#become("connecting");
    else if (state === "reconnecting") {
      if (this.reach === "live" || this.reach === "offline") this.#become("reconnecting");
      void this.#knock();
    }
  }

  async #ask(): Promise<Reach> {
    return fetch(at("readyz"), { cache: "no-store" }).then(
      (answer): Reach => (answer.ok ? "reconnecting" : "restarting"),
      (): Reach => "away",
    );
  }

  /** Ask the hub until it is there; nobody else tells when it is back. */
  async #knock(): Promise<void> {
    if (this.#knocks) return;
    this.#knocks = true;
    for (;;) {
      const reach = await this.#ask();
      const { state } = socket;
      if (state === "live" || state === "connecting" || (state === "closed" && reach === "reconnecting")) break;
      if (reach === "reconnecting") socket.hurry();
      this.#become(navigator.onLine ? reach : "offline");
      await new Promise((done) => {
        setTimeout(done, KNOCK * (0.75 + Math.random() / 2));
        addEventListener("online", done, { once: true });
      });
    }
    this.#knocks = false;
    this.#look();
  }

  /** Whether the document names other files than those that run here. */
  async compare(): Promise<boolean> {
    const text = await fetch(ROOT, { cache: "no-cache" }).then(
      (answer) => answer.text(),
      () => "",
    );
    const digest = FILES.pathname.split("/").at(-2) ?? "";
    const same = !text.includes("glimpser-files") || text.includes(`/${digest}/`);
    if (!same && !this.outdated && !import.meta.env.DEV) {
      this.outdated = true;
      this.changed();
    }
    return this.outdated;
  }

  #become(reach: Reach): void {
    if (reach === this.reach) return;
    this.reach = reach;
    if (reach === "live" || reach === "connecting") this.since = 0;
    else this.since ||= Date.now();
    this.changed();
  }
}

export const connection = new Connection();
hooks.unreachable = () => connection.doubt();
