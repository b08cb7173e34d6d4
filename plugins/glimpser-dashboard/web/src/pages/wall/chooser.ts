// Which wall: every stream, one's own walls, and those that others share.

import { msg } from "@lit/localize";
import { html, nothing } from "lit";
import { router } from "../../router.js";
import { type Wall, walls } from "../../state/walls.js";

/** A choice among them; the address holds it. */
export function chooser(wall: Wall | null): unknown {
  const option = (one: Wall): unknown =>
    html`<option value=${one.id} ?selected=${one.id === wall?.id}>${one.name}</option>`;
  const mine = walls.list.filter((one) => one.mine);
  const others = walls.list.filter((one) => !one.mine);
  return html`<select class="choice" aria-label=${msg("Choose a wall")} .value=${wall?.id ?? ""}
    @change=${(event: Event) => router.ask({ wall: (event.target as HTMLSelectElement).value }, { push: true })}>
    <option value="" ?selected=${!wall}>${msg("All streams")}</option>
    ${mine.length ? html`<optgroup label=${msg("My walls")}>${mine.map(option)}</optgroup>` : nothing}
    ${others.length ? html`<optgroup label=${msg("Shared walls")}>${others.map(option)}</optgroup>` : nothing}
  </select>`;
}
