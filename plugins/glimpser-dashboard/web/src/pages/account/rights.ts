// What one may do, what cuts one down, and what is left of what is counted.

import { msg, str } from "@lit/localize";
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { number } from "../../ui/format.js";
import { byArea, catalogue } from "../people/catalogue.js";
import { sectionStyles } from "../people/styles.js";

@customElement("account-rights")
export class AccountRights extends GElement {
  static override styles = [
    GElement.styles,
    sectionStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) minmax(0, 1fr);
        gap: 0.5rem 1.25rem;
      }
      dt {
        font-weight: 550;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }
      progress {
        width: 10rem;
        accent-color: var(--g-accent);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, session, catalogue);
  }

  override render(): unknown {
    const { me } = session;
    if (!me) return nothing;
    const areas = byArea(me.permissions, (id) => id);
    const { live_only, delay_minutes, hide_private_groups } = me.restrictions;
    const limited = [
      live_only && msg("Live pictures only, nothing that was kept"),
      delay_minutes && msg(str`Nothing younger than ${number(delay_minutes)} minutes`),
      hide_private_groups && msg("No private groups"),
    ].filter(Boolean);
    return html`<div class="about">
        <h2>${msg("What you may do")}</h2>
        <p class="muted small">${msg("Your role and what was granted to you. Ask who runs this hub if you need more.")}</p>
      </div>
      <div class="card stack">
        ${
          areas.size
            ? html`<dl>${[...areas].map(
                ([name, permissions]) => html`<dt>${said(name)}</dt>
                  <dd class="chips">${permissions.map((id) => html`<span class="chip" title=${catalogue.title(id)}>${id.slice(name.length + 1)}</span>`)}</dd>`,
              )}</dl>`
            : html`<p class="muted">${msg("Nothing of your own: you see what is granted to you.")}</p>`
        }
        ${limited.length ? html`<p class="warn">${limited.join(" · ")}</p>` : nothing}
        ${me.quotas.map(
          (quota) => html`<p class="row"><span>${said(quota.title)}</span>
            <progress max=${Math.max(1, quota.limit)} value=${quota.used} aria-label=${said(quota.title)}></progress>
            <span class="muted small">${msg(str`${number(quota.left)} of ${number(quota.limit)} left`)}</span></p>`,
        )}
      </div>`;
  }
}
