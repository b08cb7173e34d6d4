// The state of an account at a glance.

import { msg, str } from "@lit/localize";
import { html, type TemplateResult } from "lit";
import type { components } from "../../api/schema.js";
import { number } from "../../ui/format.js";
import "../../ui/icon.js";

type User = components["schemas"]["UserOut"];

/** Somebody was invited and has not come yet. */
export function invited(user: User): boolean {
  return !user.active && user.last_sign_in_at === null;
}

/** Chips: active or not, locked, second factor, what cuts them down. */
export function userChips(user: User): TemplateResult[] {
  const { live_only, delay_minutes, hide_private_groups } = user.restrictions;
  const chips: TemplateResult[] = [];
  if (user.active) chips.push(html`<span class="chip good">${msg("Active")}</span>`);
  else if (invited(user)) chips.push(html`<span class="chip warn">${msg("Not come yet")}</span>`);
  else chips.push(html`<span class="chip">${msg("Switched off")}</span>`);
  if (user.locked_until) chips.push(html`<span class="chip bad"><g-icon name="lock"></g-icon>${msg("Locked")}</span>`);
  if (user.factor) chips.push(html`<span class="chip"><g-icon name="key"></g-icon>${msg("Second factor")}</span>`);
  if (user.streams)
    chips.push(
      html`<span class="chip">${user.streams.length === 1 ? msg("one stream") : msg(str`${number(user.streams.length)} streams`)}</span>`,
    );
  if (live_only) chips.push(html`<span class="chip">${msg("Live only")}</span>`);
  if (delay_minutes) chips.push(html`<span class="chip">${msg(str`${number(delay_minutes)} min late`)}</span>`);
  if (hide_private_groups) chips.push(html`<span class="chip">${msg("No private groups")}</span>`);
  return chips;
}
