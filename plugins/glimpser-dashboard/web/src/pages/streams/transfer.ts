// Streams as a file: taken along, and brought in.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import "../../ui/dialog.js";
import { GElement } from "../../ui/element.js";
import { Form, text } from "../../ui/form.js";

type Imported = components["schemas"]["Imported"];
type ImportIn = components["schemas"]["ImportIn"];

/** Save streams as a file; all of them when no ids are given. Secrets are masked in it. */
export async function takeAlong(ids: string[]): Promise<void> {
  const query = ids.length ? { stream: ids } : {};
  const found = await body(api.GET("/api/streams/export", { params: { query } }));
  const url = URL.createObjectURL(new Blob([JSON.stringify(found, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "streams.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

@customElement("g-import")
export class GImport extends GElement {
  @state() private done: Imported[] | null = null;
  #form: Form = new Form(this, async (values): Promise<void> => {
    const file = values.get("file");
    if (!(file instanceof File) || !file.size) return this.#form.complain("file", msg("Choose a file."));
    let given: { streams?: ImportIn["streams"] };
    try {
      given = JSON.parse(await file.text());
    } catch {
      return this.#form.complain("file", msg("This file is not JSON."));
    }
    if (!Array.isArray(given?.streams)) return this.#form.complain("file", msg("There are no streams in this file."));
    const conflict = text(values, "conflict") as ImportIn["on_conflict"];
    const order = { version: 1 as const, streams: given.streams, on_conflict: conflict };
    this.done = await body(api.POST("/api/streams/import", { body: order }));
  });

  override render(): unknown {
    return html`<g-dialog .heading=${msg("Import streams")} @closed=${() => this.dispatchEvent(new Event("closed"))}>
      ${this.done ? this.#result(this.done) : this.#ask()}</g-dialog>`;
  }

  #ask(): unknown {
    const conflicts = [
      ["skip", msg("Leave those that are here")],
      ["overwrite", msg("Replace those that are here")],
      ["create_new", msg("Add them once more")],
    ] as const;
    return html`<form novalidate @submit=${this.#form.submit}>
      ${this.#form.field({ label: msg("File"), name: "file", type: "file", hint: msg("As exported here. Masked secrets have to be entered anew.") })}
      ${this.#form.field({ label: msg("What is here already"), name: "conflict", options: conflicts })}
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Import")}</button>
    </form>`;
  }

  #result(done: Imported[]): unknown {
    const count = (result: Imported["result"]): number => done.filter((one) => one.result === result).length;
    const failed = done.filter((one) => one.result === "failed");
    return html`<div class="stack">
      <p>${msg(str`${count("created")} created, ${count("overwritten")} replaced, ${count("skipped")} left as they are, ${failed.length} failed.`)}</p>
      ${failed.length ? html`<ul class="stack">${failed.map((one) => html`<li><strong>${one.name || msg("Without a name")}</strong><p class="wrong">${one.errors.map((error) => `${error.field} ${error.message}`).join("; ")}</p></li>`)}</ul>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-import": GImport;
  }
}
