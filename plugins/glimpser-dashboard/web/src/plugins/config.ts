// The settings of one plugin: `<plugin-config .plugin=${"oidc"}>`. They are checked before they are kept.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body, match } from "../api/client.js";
import { Refused, words } from "../api/errors.js";
import type { components } from "../api/schema.js";
import "../forms/form.js";
import type { GSchemaForm } from "../forms/form.js";
import { diff, same } from "../forms/patch.js";
import type { Schema } from "../forms/schema.js";
import { session } from "../state/session.js";
import { toast } from "../state/toasts.js";
import { GElement } from "../ui/element.js";

type Detail = components["schemas"]["PluginDetail"];
type Values = Record<string, unknown>;

/** Tells `saved` after the settings were kept; they hold from the next start of the hub. */
@customElement("plugin-config")
export class PluginConfig extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-end;
        gap: 0.5rem;
      }
      .said {
        flex: 1 1 14rem;
      }
      .said:empty {
        flex: 1;
      }
    `,
  ];

  @property() plugin = "";
  @state() private detail: Detail | null = null;
  @state() private values: Values = {};
  @state() private failure: unknown = null;
  @state() private busy = false;
  @state() private said: { text: string; good: boolean } | null = null;
  #of = "";

  protected override willUpdate(): void {
    if (!this.plugin || this.plugin === this.#of) return;
    this.#of = this.plugin;
    void this.#read();
  }

  async #read(): Promise<void> {
    this.failure = null;
    this.said = null;
    try {
      this.#take(await body(api.GET("/api/plugins/{plugin_id}", { params: { path: { plugin_id: this.#of } } })));
    } catch (error) {
      this.failure = error;
    }
  }

  #take(detail: Detail): void {
    this.detail = detail;
    this.values = structuredClone(detail.config ?? {});
  }

  get #base(): Values {
    return (this.detail?.config ?? {}) as Values;
  }

  override render(): unknown {
    if (this.failure) {
      return html`<p class="wrong" role="alert">${words(this.failure)}</p>
        <button class="button" type="button" @click=${() => void this.#read()}>${msg("Try again")}</button>`;
    }
    const { detail } = this;
    if (!detail) return nothing;
    if (!detail.schema) return html`<p class="muted">${msg("This plugin has no settings.")}</p>`;
    if (!session.can("plugins.manage")) return html`<p class="muted">${msg("Your role may not see its settings.")}</p>`;
    const dirty = !same(this.values, this.#base);
    return html`<form novalidate @submit=${this.#submit}>
      <g-schema-form .schema=${detail.schema as Schema} .value=${this.values} .locks=${this.#locks(detail)}
        @changed=${(event: CustomEvent<Values>) => {
          this.values = event.detail;
          this.said = null;
        }}></g-schema-form>
      <div class="foot">
        <p class="said ${this.said?.good ? "good" : "wrong"}" role="status">${this.said?.text ?? ""}</p>
        <button class="button" name="check" value="check" ?disabled=${this.busy}>${msg("Check")}</button>
        <button class="button primary" name="save" value="save" ?disabled=${this.busy || !dirty}>${msg("Save")}</button>
      </div>
    </form>`;
  }

  #locks(detail: Detail): Map<string, string> {
    const from: Record<string, string> = {
      environment: msg("the environment"),
      file: msg("a file on the hub's machine"),
    };
    return new Map(
      Object.entries(detail.sources).flatMap(([field, source]) =>
        from[source]
          ? [[`/${field}`, msg(str`Fixed by ${from[source]}. Take it away there to change it here.`)] as const]
          : [],
      ),
    );
  }

  get #form(): GSchemaForm | null {
    return this.renderRoot.querySelector("g-schema-form");
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const save = (event.submitter as HTMLButtonElement | null)?.value !== "check";
    if (this.busy || !this.#form?.check()) return;
    this.busy = true;
    try {
      await (save ? this.#save() : this.#check());
    } catch (error) {
      const changed = error instanceof Refused && error.status === 412;
      const count = error instanceof Refused ? (this.#form?.complain(error.fields, "/config") ?? 0) : 0;
      const text = changed
        ? msg("Somebody else changed these settings meanwhile. Load the page again to see them.")
        : count
          ? msg("Something above is not right yet.")
          : words(error);
      this.said = { text, good: false };
    }
    this.busy = false;
  };

  get #changes(): Values {
    return diff(this.#base, this.values);
  }

  async #check(): Promise<void> {
    const params = { path: { plugin_id: this.#of } };
    await api.POST("/api/plugins/{plugin_id}/test", { params, body: { config: this.#changes } });
    this.said = { text: msg("This can be used."), good: true };
  }

  async #save(): Promise<void> {
    const params = { path: { plugin_id: this.#of }, header: match(this.detail!) };
    const saved = await body(api.PATCH("/api/plugins/{plugin_id}", { params, body: { config: this.#changes } }));
    // What is in force stays so until the hub starts again; the form keeps what was saved.
    this.detail = { ...saved, config: structuredClone(this.values) };
    this.#form?.settle(this.values);
    toast(msg("Saved. It holds from the hub's next start on."), "good");
    this.said = { text: msg("Saved. It holds from the hub's next start on."), good: true };
    this.dispatchEvent(new CustomEvent("saved"));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "plugin-config": PluginConfig;
  }
}
