// Devices that are signed in.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, listed } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { session } from "../../state/session.js";
import { tell, toast } from "../../state/toasts.js";
import { confirm } from "../../ui/ask.js";
import { GElement } from "../../ui/element.js";
import { when } from "../../ui/format.js";
import "../../ui/icon.js";
import "../../ui/pager.js";
import "../../ui/time.js";
import { sectionStyles } from "../people/styles.js";
import { clientName } from "./clients.js";

type Device = components["schemas"]["OwnSession"];
const LIMIT = 20;

@customElement("account-devices")
export class AccountDevices extends GElement {
  static override styles = [GElement.styles, sectionStyles];

  @state() private devices: Device[] | null = null;
  @state() private next: string | null = null;
  @state() private total = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  async #read(cursor?: string): Promise<void> {
    await tell(async () => {
      const page = await listed(api.GET("/api/me/sessions", { params: { query: { limit: LIMIT, cursor } } }));
      this.devices = cursor ? [...(this.devices ?? []), ...page.items] : page.items;
      this.next = page.next;
      this.total = page.total;
    });
  }

  override render(): unknown {
    const devices = [...(this.devices ?? [])].sort((a, b) => Number(b.current) - Number(a.current));
    return html`<div class="about">
        <h2>${msg("Devices")}</h2>
        <p class="muted small">${msg("Where you are signed in. Signing a device out also ends that it is trusted without a code.")}</p>
      </div>
      <div class="card">
        <ul class="rows">${devices.map((device) => this.#device(device))}</ul>
        ${
          this.next
            ? html`<g-pager .shown=${devices.length} .total=${this.total} more @more=${() => void this.#read(this.next ?? undefined)}></g-pager>`
            : nothing
        }
        ${
          devices.length > 1
            ? html`<div class="actions"><button class="button" type="button" @click=${this.#all}>
                ${msg("Sign out everywhere")}</button></div>`
            : nothing
        }
      </div>`;
  }

  #device(device: Device): unknown {
    const name = clientName(device.user_agent);
    return html`<li>
      <g-icon name="monitor"></g-icon>
      <div class="grow">
        <p class="row"><strong title=${device.user_agent}>${name}</strong>
          ${device.current ? html`<span class="chip good">${msg("This device")}</span>` : nothing}
          ${
            device.trusted_until
              ? html`<span class="chip" title=${when(device.trusted_until)}><g-icon name="check"></g-icon>${msg("Trusted")}</span>`
              : nothing
          }</p>
        <p class="muted small">${device.address} · ${msg("last seen")} <g-time .at=${device.last_seen_at}></g-time></p>
      </div>
      ${
        device.current
          ? nothing
          : html`<button class="button small" type="button" aria-label=${`${msg("Sign out")}: ${name}`}
              @click=${() => this.#out(device)}>${msg("Sign out")}</button>`
      }
    </li>`;
  }

  async #out(device: Device): Promise<void> {
    await tell(async () => {
      await api.DELETE("/api/me/sessions/{session_id}", { params: { path: { session_id: device.id } } });
      this.devices = (this.devices ?? []).filter((one) => one.id !== device.id);
      toast(msg("Signed out."), "good");
    });
  }

  async #all(): Promise<void> {
    const sure = await confirm(
      msg("Sign out everywhere?"),
      msg("This device is signed out too; sign in again afterwards."),
      msg("Sign out everywhere"),
    );
    if (!sure) return;
    await tell(async () => {
      await api.DELETE("/api/me/sessions");
      session.ended();
    });
  }
}
