// The region editor: a panel for fields of the format `regions`. Draws zones and masks on the stream's picture.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { PanelField } from "../forms/controls/panel.js";
import { GElement } from "../ui/element.js";
import "../ui/icon.js";
import type { PanelContext } from "../ui/panel-context.js";
import { type Kind, LIMITS, type Point, point, type Region, rectangle } from "./geometry.js";
import { History } from "./history.js";
import type { Bent, GRegionStage } from "./stage.js";
import "./stage.js";
import { editorStyles } from "./editor-styles.js";
import { kindColours } from "./stage-styles.js";
import { Still } from "./still.js";

const KINDS: readonly Kind[] = ["zone", "motion_mask", "privacy"];

function kindName(kind: Kind): string {
  return { zone: msg("Zone"), motion_mask: msg("Motion mask"), privacy: msg("Privacy mask") }[kind];
}

function kindHint(kind: Kind): string {
  return {
    zone: msg("Events say when something moves in it."),
    motion_mask: msg("Movement in it is ignored."),
    privacy: msg("Painted black in everything that is shown and kept."),
  }[kind];
}

type Given = Omit<Region, "key">;

@customElement("dashboard-regions")
export class DashboardRegions extends GElement {
  static override styles = [GElement.styles, kindColours, editorStyles];

  @property({ attribute: false }) context: (PanelContext & { field: PanelField }) | null = null;
  @state() private chosen = "";
  @state() private drawing: Kind | "" = "";
  #history = new History<Region[]>([]);
  /** What the regions were when a gesture began. */
  #before: Region[] | null = null;
  #told = "";
  #heard = "[]";
  #next = 1;
  #still = new Still(this, () => (this.#before ? "" : (this.field?.subject.stream ?? "")));

  protected override willUpdate(): void {
    const value = (this.field?.value ?? []) as Given[];
    const text = JSON.stringify(value);
    if (text === this.#heard) return;
    this.#heard = text;
    if (text !== this.#told) this.#take(value);
  }

  /** Somebody else says what the regions are: there is nothing to undo any more. */
  #take(value: Given[]): void {
    const before = this.#regions;
    const keys = new Map(before.map((region) => [region.id, region.key]));
    const next = value.map((region) => ({ ...region, key: (region.id && keys.get(region.id)) || this.#key() }));
    this.#history = new History<Region[]>(next);
    if (!next.some((region) => region.key === this.chosen)) this.chosen = "";
  }

  get field(): PanelField | null {
    return this.context?.field ?? null;
  }

  #key(): string {
    return `region-${this.#next++}`;
  }

  get #regions(): Region[] {
    return this.#history.now;
  }

  get #stage(): GRegionStage | null {
    return this.renderRoot.querySelector("g-region-stage");
  }

  override render(): unknown {
    const locked = Boolean(this.field?.locked);
    return html`<section class="field" aria-label=${this.field?.label ?? ""} @keydown=${this.#keys}>
      <span class="label">${this.field?.label}</span>
      ${locked ? nothing : this.#tools()}
      <div class="both">
        <div class="picture">
          <g-region-stage .regions=${this.#regions} .chosen=${this.chosen} .picture=${this.#still.address || (this.field?.subject.preview ?? "")} .drawing=${this.drawing}
            ?locked=${locked} @bent=${this.#bent} @drawn=${this.#drawn}
            @choose=${(event: CustomEvent<string>) => {
              this.chosen = event.detail;
            }}></g-region-stage>
          <p class="hint" role="status">${this.#advice()}</p>
        </div>
        ${this.#regions.length ? this.#list(locked) : nothing}
      </div>
    </section>`;
  }

  #tools(): unknown {
    const full = this.#regions.length >= LIMITS.regions;
    return html`<div class="tools" role="toolbar" aria-label=${msg("Draw")}>
      ${KINDS.map(
        (
          kind,
        ) => html`<button class="button small" type="button" data-kind=${kind} title=${kindHint(kind)} ?disabled=${full}
          aria-pressed=${this.drawing === kind} @click=${(event: MouseEvent) => this.#draw(kind, event)}>
          <span class="swatch"></span>${kindName(kind)}</button>`,
      )}
      <span class="gap"></span>
      <button class="button ghost square" type="button" title=${msg("Undo")} aria-label=${msg("Undo")}
        ?disabled=${!this.#history.canUndo} @click=${this.#undo}><g-icon name="undo"></g-icon></button>
      <button class="button ghost square" type="button" title=${msg("Redo")} aria-label=${msg("Redo")}
        ?disabled=${!this.#history.canRedo} @click=${this.#redo}><g-icon name="redo"></g-icon></button>
    </div>`;
  }

  #advice(): string {
    if (this.drawing)
      return msg("Pull a rectangle open, or press corner by corner and end at the first. Escape stops.");
    if (this.field?.locked) return this.field.locked;
    if (this.chosen)
      return msg("Pull corners or the whole region. A small dot adds a corner; Delete takes the focused one away.");
    return this.#regions.length
      ? msg("Press a region to change it.")
      : msg("Choose what to draw. Without zones the whole picture counts.");
  }

  #list(locked: boolean): unknown {
    return html`<ul class="list">
      ${repeat(
        this.#regions,
        (region) => region.key,
        (region) => html`<li data-kind=${region.kind} class=${region.key === this.chosen ? "chosen" : ""}
          @focusin=${() => {
            if (!this.drawing) this.chosen = region.key;
          }}>
          <span class="swatch"></span>
          <input type="text" .value=${region.name} maxlength=${LIMITS.name} required ?disabled=${locked}
            aria-label=${msg(str`Name of the ${kindName(region.kind)}`)} @change=${(event: Event) => this.#rename(region, event)} />
          <select aria-label=${msg(str`Kind of ${region.name}`)} ?disabled=${locked}
            @change=${(event: Event) => this.#update(region.key, { kind: (event.target as HTMLSelectElement).value as Kind })}>
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === region.kind}>${kindName(kind)}</option>`)}
          </select>
          ${
            locked
              ? nothing
              : html`<button class="button ghost square" type="button" title=${msg("Corners by keyboard")}
                  aria-label=${msg(str`Move the corners of ${region.name}`)} @click=${() => this.#corners(region.key)}><g-icon name="edit"></g-icon></button>
                <button class="button ghost square" type="button" title=${msg("Remove")}
                  aria-label=${msg(str`Remove ${region.name}`)} @click=${() => this.#remove(region.key)}><g-icon name="delete"></g-icon></button>`
          }
        </li>`,
      )}
    </ul>`;
  }

  /** By pointer one draws; by keyboard there is a rectangle at once, whose corners can be moved. */
  #draw(kind: Kind, { detail }: MouseEvent): void {
    if (detail) {
      this.drawing = this.drawing === kind ? "" : kind;
      this.chosen = "";
    } else this.#add(kind, rectangle(point(0.3, 0.3), point(0.7, 0.7)));
  }

  #drawn(event: CustomEvent<Point[]>): void {
    if (this.drawing) this.#add(this.drawing, event.detail);
  }

  #add(kind: Kind, polygon: Point[]): void {
    const names = new Set(this.#regions.map((region) => region.name));
    const word = kindName(kind);
    let n = 1;
    while (names.has(n > 1 ? `${word} ${n}` : word)) n++;
    const region: Region = { key: this.#key(), name: n > 1 ? `${word} ${n}` : word, kind, polygon };
    this.drawing = "";
    this.chosen = region.key;
    this.#change([...this.#regions, region]);
    this.#stage?.focus();
  }

  #bent({ detail: { key, polygon, done } }: Bent): void {
    const before = this.#before ?? this.#regions;
    const next = this.#regions.map((region) => (region.key === key ? { ...region, polygon } : region));
    if (done) {
      this.#before = null;
      this.#change(next, before);
    } else {
      this.#before = before;
      this.#history.now = next;
      this.requestUpdate();
    }
  }

  #rename(region: Region, event: Event): void {
    const input = event.target as HTMLInputElement;
    const name = input.value.trim();
    if (name) this.#update(region.key, { name });
    else input.value = region.name;
  }

  #update(key: string, part: Partial<Region>): void {
    this.#change(this.#regions.map((region) => (region.key === key ? { ...region, ...part } : region)));
  }

  #remove(key: string): void {
    this.#change(this.#regions.filter((region) => region.key !== key));
  }

  #corners(key: string): void {
    this.chosen = key;
    this.#stage?.focus();
  }

  #undo(): void {
    this.#history.undo();
    this.#tell();
  }

  #redo(): void {
    this.#history.redo();
    this.#tell();
  }

  #change(next: Region[], before?: Region[]): void {
    this.#history.push(next, before);
    this.#tell();
  }

  #tell(): void {
    const value = this.#regions.map(({ key: _key, ...region }) => region);
    this.#told = JSON.stringify(value);
    if (!this.#regions.some((region) => region.key === this.chosen)) this.chosen = "";
    this.field?.set(value);
    this.requestUpdate();
  }

  #keys(event: KeyboardEvent): void {
    if (this.field?.locked) return;
    const command = event.ctrlKey || event.metaKey;
    const typing = event.composedPath()[0] instanceof HTMLInputElement;
    const key = event.key.toLowerCase();
    if (command && !typing && (key === "z" || key === "y")) {
      if (key === "y" || event.shiftKey) this.#redo();
      else this.#undo();
    } else if (this.#stage?.drawKey(event.key)) {
      // The stage did it.
    } else if (event.key === "Escape" && (this.drawing || this.chosen)) {
      this.drawing = "";
      this.chosen = "";
      this.renderRoot.querySelector<HTMLElement>(".tools button")?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "dashboard-regions": DashboardRegions;
  }
}
