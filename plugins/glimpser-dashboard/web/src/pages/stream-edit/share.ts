// "Watch this": what another app of the device shares, as the address of a new stream.

import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { router } from "../../router.js";
import { Page } from "../../ui/element.js";

@customElement("page-share-target")
export class PageShareTarget extends Page {
  get heading(): string {
    return "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const texts = ["url", "text", "title"].map((name) => this.query.get(name) ?? "");
    const url = texts.map((text) => /\b[a-z][a-z0-9+.-]*:\/\/\S+/i.exec(text)?.[0]).find(Boolean) ?? "";
    queueMicrotask(() => router.go(`streams/new?${new URLSearchParams(url ? { url } : {})}`, { replace: true }));
  }

  override render(): unknown {
    return html``;
  }
}
