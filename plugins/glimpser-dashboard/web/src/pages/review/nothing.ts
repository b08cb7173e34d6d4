// What stands in place of the list where it is empty: why, and what can be done.

import { msg } from "@lit/localize";
import { html } from "lit";
import { router } from "../../router.js";
import "../../ui/empty.js";
import { type Filters, narrowed } from "./filters.js";

/** Ask for everything but what waits or was reviewed. */
export function clearFilters(): void {
  router.ask({ severity: null, stream: null, type: null, from: null, to: null }, { push: true });
}

/** Why nothing is there. */
export function nothingThere(filters: Filters): unknown {
  if (narrowed(filters)) {
    return html`<g-empty icon="search" .heading=${msg("Nothing fits")}
      .text=${msg("There is nothing like that. Fewer filters show more.")}>
      <button class="button primary" type="button" @click=${clearFilters}>${msg("Clear the filters")}</button></g-empty>`;
  }
  if (filters.reviewed) {
    return html`<g-empty icon="inbox" .heading=${msg("Nothing yet")}
      .text=${msg("What is noticed on your streams appears here, with its picture and clip.")}></g-empty>`;
  }
  return html`<g-empty icon="reviewed" .heading=${msg("All done")}
    .text=${msg("Nothing waits to be reviewed. What is noticed next appears here by itself.")}>
    <button class="button" type="button" @click=${() => router.ask({ reviewed: "all" }, { push: true })}>
      ${msg("Show what was reviewed")}</button></g-empty>`;
}
