// A new stream: an address, what is found there, and what it shall be called.

import { msg } from "@lit/localize";
import { css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { at } from "../../root.js";
import { router } from "../../router.js";
import { toast } from "../../state/toasts.js";
import { Page } from "../../ui/element.js";
import "../../ui/icon.js";
import "./add.js";
import type { GStreamAdd } from "./add.js";
import { Unsaved } from "./unsaved.js";

@customElement("page-stream-new")
export class PageStreamNew extends Page {
  static override styles = [
    Page.styles,
    css`
      :host {
        max-width: 80rem;
      }
    `,
  ];

  @state() private added = false;

  constructor() {
    super();
    new Unsaved(this, () => !this.added && Boolean(this.renderRoot.querySelector<GStreamAdd>("g-stream-add")?.dirty));
  }

  get heading(): string {
    return msg("Add a stream");
  }

  override render(): unknown {
    return html`<div class="bar">
        <a class="button ghost square" href=${at("")} title=${msg("Back")} aria-label=${msg("Back")}><g-icon name="back"></g-icon></a>
        <h1>${msg("Add a stream")}</h1>
      </div>
      <g-stream-add .url=${this.query.get("url") ?? ""} @added=${this.#done}></g-stream-add>`;
  }

  #done(event: CustomEvent<{ id: string; name: string }>): void {
    this.added = true;
    toast(msg("The stream was added."), "good");
    router.go(`streams/${event.detail.id}`);
  }
}
