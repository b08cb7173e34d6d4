// What plugins show of the events that went on at a moment; nothing where none of them has a panel.

import { msg } from "@lit/localize";
import { Task } from "@lit/task";
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, body } from "../../api/client.js";
import type { Event } from "../../api/types.js";
import { said } from "../../locale/said.js";
import { session } from "../../state/session.js";
import { Watch } from "../../state/watch.js";
import { GElement } from "../../ui/element.js";
import { clock, typeName } from "../../ui/format.js";
import { panelsFor } from "../../ui/panels.js";

const BEFORE = 3_600_000;
/** A moment that was chosen by an activity is its first; events that began just after are meant too. */
const AFTER = 2_000;
const MOST = 5;

async function at(stream: string, moment: number, types: string[]): Promise<Event[]> {
  const after = new Date(moment - BEFORE).toISOString();
  const before = new Date(moment + AFTER).toISOString();
  const each = types.map((type) =>
    body(api.GET("/api/events", { params: { query: { stream, type, after, before, limit: MOST } } })),
  );
  const then = (await Promise.all(each)).flat().filter(({ ended_at }) => !ended_at || Date.parse(ended_at) >= moment);
  return then.sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at)).slice(0, MOST);
}

@customElement("g-happened")
export class GHappened extends GElement {
  static override styles = [
    GElement.styles,
    css`
      section,
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      p {
        display: flex;
        gap: 0.75rem;
        font-size: var(--g-size-small);
      }
    `,
  ];

  @property() stream = "";
  @property({ attribute: false }) at = 0;
  #events = new Task(this, {
    task: async ([stream, moment, types]): Promise<Event[]> =>
      types ? await at(stream, moment, types.split(" ")) : [],
    args: (): [string, number, string] => [this.stream, this.at, this.#types],
  });

  constructor() {
    super();
    new Watch(this, session);
  }

  get #types(): string {
    const types = session.panels("event.detail").flatMap(({ match }) => match);
    return [...new Set(types)].sort().join(" ");
  }

  override render(): unknown {
    const events = (this.#events.value ?? []).filter(({ type }) => panelsFor("event.detail", type).length);
    if (!events.length) return nothing;
    return html`<section class="card" aria-labelledby="then"><h2 id="then">${msg("What happened then")}</h2>
      ${events.map(
        (event) => html`<article>
          <p><time class="muted" datetime=${event.started_at}>${clock(event.started_at)}</time>
            <span>${said(event.text) || typeName(event.type)}</span></p>
          <g-panels place="event.detail" .kind=${event.type} .more=${{ event }} .mark=${`${event.id} ${event.ended_at}`}></g-panels>
        </article>`,
      )}</section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-happened": GHappened;
  }
}
