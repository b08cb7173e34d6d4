// What all elements here have in common.

import { updateWhenLocaleChanges } from "@lit/localize";
import { LitElement } from "lit";
import { base } from "../theme/base.js";

/** An element with the shared styles, drawn anew when the language changes. */
export class GElement extends LitElement {
  static override styles: import("lit").CSSResultGroup = base;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }
}

/** Put the focus on what has `autofocus`, once all that is new is drawn. Browsers do that by themselves only when a
 *  document is loaded. Gives whether there was something. */
export async function focusFirst(root: ParentNode | null | undefined): Promise<boolean> {
  await new Promise((drawn) => requestAnimationFrame(drawn));
  const first = root?.querySelector<HTMLElement>("[autofocus]");
  first?.focus({ preventScroll: true });
  return first !== null && first !== undefined;
}

/** What the shell is told when a page cannot be drawn. */
export class PageFailed extends Event {
  constructor(readonly error: unknown) {
    super("page-failed", { bubbles: true, composed: true });
  }
}

/** A page. `params`: of its path; `query`: what stands behind the `?`. */
export abstract class Page extends GElement {
  static override properties = { params: { attribute: false }, query: { attribute: false } };
  declare params: Record<string, string>;
  declare query: URLSearchParams;

  constructor() {
    super();
    this.params = {};
    this.query = new URLSearchParams();
  }

  /** Its name, for the window's title. */
  abstract get heading(): string;

  /** A mistake in one page is that page's alone. */
  protected override performUpdate(): void {
    try {
      super.performUpdate();
      if (this.isConnected) document.title = this.heading ? `${this.heading} · Glimpser` : "Glimpser";
    } catch (error) {
      this.dispatchEvent(new PageFailed(error));
      throw error;
    }
  }
}
