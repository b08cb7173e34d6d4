// The activities on screen, by days. Only what can be seen is in the document, however many were read.

import { msg, str } from "@lit/localize";
import { WindowVirtualizerController } from "@tanstack/lit-virtual";
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Activity } from "../../api/types.js";
import { GElement } from "../../ui/element.js";
import { dayName } from "../../ui/format.js";
import { styled } from "../../ui/styled.js";
import type { GActivity } from "./card.js";
import "./card.js";
import { dayOf } from "./filters.js";

const GAP = 12;
const HEAD = 44;
const LINES = 84;
const ROW = 100;
const NARROWEST = 232;
/** Frames for which one that is not on screen yet is looked for. */
const PATIENCE = 60;

type Row = { day: string; count: number } | { items: Activity[] };

@customElement("g-activities")
export class GActivities extends GElement {
  static override styles = [
    GElement.styles,
    css`
      .all {
        position: relative;
      }
      .line {
        position: absolute;
        top: 0;
        right: 0;
        left: 0;
      }
      .cards {
        display: grid;
        gap: ${GAP}px;
      }
      h2 {
        display: flex;
        align-items: baseline;
        gap: 0.5rem;
        padding-top: 0.75rem;
        font-size: var(--g-size);
      }
    `,
  ];

  @property({ attribute: false }) items: Activity[] = [];
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set();
  /** Where the keyboard is. */
  @property() current = "";
  @state() private wide = 0;
  #rows: Row[] = [];
  #wanted = "";
  #resized = new ResizeObserver(() => {
    this.wide = this.clientWidth;
  });
  #virtual = new WindowVirtualizerController<HTMLElement>(this, { count: 0, estimateSize: () => ROW, overscan: 2 });

  /** How many stand beside each other. */
  get columns(): number {
    return this.narrow ? 1 : Math.max(2, Math.floor((this.wide + GAP) / (NARROWEST + GAP)));
  }

  get narrow(): boolean {
    return this.wide < 2 * NARROWEST;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  /** Bring an activity into view and the keyboard to it. The rows may only just be made, or made anew meanwhile. */
  async stand(id: string): Promise<void> {
    this.#wanted = id;
    for (let tries = 0; tries < PATIENCE && this.#wanted === id; tries++) {
      await this.updateComplete;
      const card = [...(this.shadowRoot?.querySelectorAll<GActivity>("g-activity") ?? [])].find(
        (found) => found.activity.id === id,
      );
      if (card) {
        await card.updateComplete;
        card.focus({ preventScroll: true });
        card.scrollIntoView({ block: "nearest" });
        return;
      }
      const row = this.#rows.findIndex((found) => "items" in found && found.items.some((item) => item.id === id));
      if (row >= 0) this.#virtual.getVirtualizer().scrollToIndex(row, { align: "center" });
      await new Promise(requestAnimationFrame);
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("items") && !changed.has("wide")) return;
    this.#rows = this.#split();
    const card = (this.wide - (this.columns - 1) * GAP) / this.columns;
    const line = this.narrow ? ROW : Math.round((card * 9) / 16) + LINES;
    const virtual = this.#virtual.getVirtualizer();
    virtual.setOptions({
      ...virtual.options,
      count: this.#rows.length,
      estimateSize: (index) => ("day" in this.#rows[index]! ? HEAD : line + GAP),
      scrollMargin: this.isConnected ? Math.round(this.getBoundingClientRect().top + scrollY) : 0,
    });
    virtual.measure();
  }

  #split(): Row[] {
    const rows: Row[] = [];
    let day = "";
    let head: { day: string; count: number } = { day, count: 0 };
    for (const item of this.items) {
      const own = dayOf(item.started_at);
      if (own !== day) {
        day = own;
        head = { day: item.started_at, count: 0 };
        rows.push(head);
      }
      head.count++;
      const last = rows.at(-1)!;
      if ("items" in last && last.items.length < this.columns) last.items.push(item);
      else rows.push({ items: [item] });
    }
    return rows;
  }

  protected override updated(): void {
    const last = this.#virtual.getVirtualizer().getVirtualItems().at(-1);
    if (last && last.index >= this.#rows.length - 2) this.dispatchEvent(new Event("end"));
  }

  override render(): unknown {
    if (!this.wide) return nothing;
    const virtual = this.#virtual.getVirtualizer();
    const { scrollMargin } = virtual.options;
    return html`<div class="all" ${styled({ height: `${virtual.getTotalSize()}px` })}>
      ${repeat(
        virtual.getVirtualItems().filter(({ index }) => index < this.#rows.length),
        ({ key }) => key,
        ({
          index,
          start,
          size,
        }) => html`<div class="line" ${styled({ transform: `translateY(${start - scrollMargin}px)`, height: `${size}px` })}>
          ${this.#row(this.#rows[index]!, size)}</div>`,
      )}
    </div>`;
  }

  #row(row: Row, size: number): unknown {
    if ("day" in row) {
      return html`<h2>${dayName(row.day)} <span class="muted small">${msg(str`${row.count} shown`)}</span></h2>`;
    }
    const columns = `repeat(${this.columns}, minmax(0, 1fr))`;
    return html`<div class="cards" ${styled({ "grid-template-columns": columns, height: `${size - GAP}px` })}>
      ${row.items.map(
        (activity) => html`<g-activity .activity=${activity} .chosen=${this.chosen.has(activity.id)}
          .choosing=${this.chosen.size > 0} .current=${activity.id === this.current} .narrow=${this.narrow}></g-activity>`,
      )}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-activities": GActivities;
  }
}
