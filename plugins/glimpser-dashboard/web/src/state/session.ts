// Who is here and what they may do. Pages show and hide by this alone.

import { api, body, hooks } from "../api/client.js";
import { Refused } from "../api/errors.js";
import type { Capabilities, Me, Panel } from "../api/types.js";
import type { PageSpec } from "../pages/index.js";
import { socket } from "./socket.js";
import { Changing } from "./watch.js";

/** `starting`, nobody (`out`), a hub without an administrator (`unset`), somebody (`in`), or the hub did not say. */
export type Presence = "starting" | "out" | "unset" | "in" | "failed";

/** The signed-in person. */
export class Session extends Changing {
  presence: Presence = "starting";
  me: Me | null = null;
  capabilities: Capabilities | null = null;
  error: unknown = null;

  /** Whether one has a permission at all, be it on one stream alone; objects say by their own `can` what holds. */
  can(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  /** Whether one has it for the hub as a whole, as making something new takes. */
  everywhere(permission: string): boolean {
    return this.me?.hubwide.includes(permission) ?? false;
  }

  /** Whether a page is for one to see. */
  allows({ needs = [], hubwide, personal }: Pick<PageSpec, "needs" | "hubwide" | "personal">): boolean {
    if (personal && this.visiting) return false;
    const any = typeof needs === "string" ? [needs] : needs;
    return !any.length || any.some((permission) => (hubwide ? this.everywhere(permission) : this.can(permission)));
  }

  /** Whether it is somebody without an account, who looks at a demo. */
  get visiting(): boolean {
    return this.me?.kind === "visitor";
  }

  /** Panels of a slot that one may see. */
  panels(slot: Panel["slot"]): Panel[] {
    return this.capabilities?.panels.filter((panel) => panel.slot === slot) ?? [];
  }

  /** Find out who is here. */
  async enter(): Promise<void> {
    try {
      await this.refresh();
      this.presence = "in";
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        const needed = await body(api.GET("/api/auth/setup/needed")).catch(() => ({ needed: false }));
        this.#forget(needed.needed ? "unset" : "out");
      } else {
        this.error = error;
        this.presence = "failed";
      }
    }
    this.changed();
  }

  /** Ask again what one may do. */
  async refresh(): Promise<void> {
    const me = await body(api.GET("/api/me"));
    // Who has yet to set up a second factor may ask for nothing else.
    const capabilities = me.factor_needed ? null : await body(api.GET("/api/capabilities"));
    if (same(this.me, me) && same(this.capabilities, capabilities)) return;
    this.me = me;
    this.capabilities = capabilities;
    this.changed();
  }

  /** Sign out; gives where to go to sign out at the provider too, or null. Throws where the hub was not told. */
  async leave(): Promise<string | null> {
    // What closes because of it is no session that ended elsewhere.
    socket.close();
    const answer = await api.POST("/api/auth/logout").catch((error) => {
      if (!(error instanceof Refused) || error.status !== 0) return null;
      socket.open();
      throw error;
    });
    this.#forget("out");
    this.changed();
    return answer?.response.headers.get("Location") ?? null;
  }

  /** The hub says that the session is over. */
  ended(): void {
    if (this.presence !== "in") return;
    this.#forget("out");
    this.changed();
  }

  #forget(presence: Presence): void {
    socket.close();
    this.me = null;
    this.capabilities = null;
    this.presence = presence;
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const session = new Session();
hooks.signedOut = () => session.ended();
