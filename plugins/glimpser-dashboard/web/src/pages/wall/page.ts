// Walls: every stream, or those that somebody chose and laid out.

import { msg, str } from "@lit/localize";
import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { Refused, words } from "../../api/errors.js";
import { router } from "../../router.js";
import { isTaken } from "../../shell/shortcuts.js";
import { session } from "../../state/session.js";
import { store } from "../../state/store.js";
import { tell, toast } from "../../state/toasts.js";
import { draftOf, type Wall, type WallDraft, walls } from "../../state/walls.js";
import { Watch } from "../../state/watch.js";
import { confirm } from "../../ui/ask.js";
import { Page } from "../../ui/element.js";
import "../../ui/empty.js";
import "../../ui/icon.js";
import { chooser } from "./chooser.js";
import type { WallKiosk } from "./kiosk.js";
import "./kiosk.js";
import { spread } from "./layout.js";
import { pageStyles } from "./page-styles.js";
import type { WallStage } from "./stage.js";
import "./stage.js";

const COLUMNS = 12;

@customElement("page-wall")
export class PageWall extends Page {
  static override styles = [Page.styles, pageStyles];

  @state() private draft: WallDraft | null = null;
  @state() private of: Wall | null = null;
  @state() private wrong = "";
  @state() private busy = false;
  @state() private sharing = false;
  @query("wall-stage") private plain!: WallStage | null;
  @query("wall-kiosk") private kiosk!: WallKiosk | null;

  constructor() {
    super();
    new Watch(this, store.streams, session, walls);
  }

  get heading(): string {
    return this.#wall?.name ?? msg("Wall");
  }

  private get stage(): WallStage | null {
    return this.kiosk?.stage ?? this.plain;
  }

  get #wall(): Wall | null {
    return walls.get(this.query.get("wall") ?? "") ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.#key);
    void walls.read().catch(() => {});
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.#key);
  }

  override render(): unknown {
    if (!store.streams.loaded) return nothing;
    const asked = this.query.get("wall");
    const wall = this.#wall;
    if (asked && !wall && !walls.loaded) return nothing;
    if (this.query.has("kiosk") && !this.draft && (wall || !asked)) {
      return html`<wall-kiosk .wall=${wall}></wall-kiosk>`;
    }
    return html`${this.draft ? this.#editor(this.draft) : this.#view(wall, asked !== null && !wall)}
      ${
        this.sharing
          ? html`<wall-share .name=${wall?.name ?? msg("Wall")} .wall=${wall} .streams=${this.#shown(wall)} @closed=${() => {
              this.sharing = false;
            }}></wall-share>`
          : nothing
      }`;
  }

  #shown(wall: Wall | null): string[] {
    const ids = wall ? wall.tiles.map((tile) => tile.stream_id) : store.streams.list.map((stream) => stream.id);
    return ids.filter((id) => store.streams.get(id)?.can.includes("streams.share")).slice(0, 100);
  }

  #view(wall: Wall | null, gone: boolean): unknown {
    const streams = wall ? wall.tiles.flatMap((tile) => store.streams.get(tile.stream_id) ?? []) : store.streams.list;
    const live = streams.filter((stream) => stream.status === "active").length;
    const saves = session.can("dashboard.save") && store.streams.size > 0;
    return html`<div class="bar">
        <h1 class=${walls.size ? "unseen" : ""}>${wall?.name ?? msg("Wall")}</h1>
        ${walls.size ? chooser(wall) : nothing}
        <p class="muted">${streams.length ? msg(str`${live} of ${streams.length} live`) : nothing}</p>
        ${wall && !wall.mine && wall.owner_name ? html`<span class="muted small shared truncate"><g-icon name="people"></g-icon>${wall.owner_name}</span>` : nothing}
        <span class="gap"></span>
        ${this.#shown(wall).length ? this.#tool("share", msg("Share by link"), () => void this.#share()) : nothing}
        ${wall?.can.includes("change") ? this.#tool("edit", msg("Change the wall"), () => void this.#edit(wall)) : nothing}
        ${saves ? this.#tool("add", msg("New wall"), () => void this.#edit(null)) : nothing}
        ${streams.length ? this.#tool("monitor", msg("Kiosk: nothing but the wall"), this.#kiosk, "full") : nothing}
        ${streams.length ? this.#tool("full", msg("Full screen"), () => this.stage?.full(), "full") : nothing}
      </div>
      ${gone ? this.#gone() : streams.length ? html`<wall-stage .wall=${wall}></wall-stage>` : this.#empty(wall)}`;
  }

  #tool(icon: "share" | "edit" | "add" | "full" | "monitor", text: string, work: () => void, name = ""): unknown {
    return html`<button class="button square ${name}" type="button" title=${text} aria-label=${text} @click=${work}>
      <g-icon .name=${icon}></g-icon></button>`;
  }

  #kiosk = (): void => router.ask({ kiosk: "1" }, { push: true });

  #gone(): unknown {
    return html`<g-empty icon="wall" .heading=${msg("This wall is not there")}
      .text=${msg("It was deleted, or it is not shared with you any more.")}>
      <button class="button primary" type="button" @click=${() => router.ask({ wall: null })}>${msg("All streams")}</button></g-empty>`;
  }

  #empty(wall: Wall | null): unknown {
    if (wall) {
      return html`<g-empty icon="wall" .heading=${msg("Nothing is on this wall")} .text=${msg("Add streams to it.")}>
        ${wall.can.includes("change") ? html`<button class="button primary" type="button" @click=${() => void this.#edit(wall)}>${msg("Change the wall")}</button>` : nothing}</g-empty>`;
    }
    if (!session.everywhere("streams.view")) {
      return html`<g-empty icon="wall" .heading=${msg("Nothing is shown to you yet")}
        .text=${msg("Ask who runs this hub for a stream or a group. It appears here as soon as it is granted to you.")}></g-empty>`;
    }
    return html`<g-empty icon="wall" .heading=${msg("No streams yet")}
      .text=${
        session.everywhere("streams.configure")
          ? msg("Add a camera, a video server or a file, and it appears here live.")
          : msg("Nobody has added a stream that you may see.")
      }></g-empty>`;
  }

  #editor(draft: WallDraft): unknown {
    const { of } = this;
    return html`<div class="bar">
        <h1>${of ? msg("Change the wall") : msg("New wall")}</h1><span class="gap"></span>
        ${of ? html`<button class="button ghost" type="button" @click=${() => void this.#delete(of)}><g-icon name="delete"></g-icon>${msg("Delete")}</button>` : nothing}
        <button class="button" type="button" @click=${this.#leave}>${msg("Cancel")}</button>
        <button class="button primary" type="button" ?disabled=${this.busy} @click=${() => void this.#save()}>${msg("Save")}</button>
      </div>
      <div class="editing">
        <wall-editor .tiles=${draft.tiles} .columns=${draft.columns} @laid=${(event: CustomEvent) => {
          this.draft = { ...this.draft!, tiles: event.detail };
        }}></wall-editor>
        <wall-panel class="card" .draft=${draft} .wrong=${this.wrong} ?mine=${of?.mine ?? true} @changed=${(
          event: CustomEvent,
        ) => {
          this.draft = event.detail;
          this.wrong = "";
        }}></wall-panel>
      </div>`;
  }

  async #edit(wall: Wall | null): Promise<void> {
    if (!(await tell(() => Promise.all([import("./editor.js"), import("./panel.js")])))) return;
    const streams = store.streams.list.slice(0, 64).map((stream) => stream.id);
    const fresh: WallDraft = {
      name: "", visibility: "private", role: null, columns: COLUMNS, rows: 0, rotation_s: 0, idle: "live", active_s: 20,
      tiles: spread(streams, COLUMNS),
    }; // biome-ignore format: one list
    this.of = wall;
    this.draft = wall ? draftOf(wall) : fresh;
    this.wrong = "";
  }

  #leave = (): void => {
    this.draft = null;
    this.of = null;
  };

  async #save(): Promise<void> {
    const { draft, of } = this;
    if (!draft) return;
    if (!draft.name.trim()) {
      this.wrong = msg("Give it a name.");
      return;
    }
    this.busy = true;
    try {
      const kept = await walls.save(draft, of);
      this.#leave();
      router.ask({ wall: kept.id });
      toast(msg("The wall is saved."), "good");
    } catch (error) {
      if (error instanceof Refused && error.status === 412) await this.#overtaken();
      else toast(words(error), "bad");
    } finally {
      this.busy = false;
    }
  }

  /** Somebody else was faster: what they did is shown nowhere yet, so it is not replaced without a word. */
  async #overtaken(): Promise<void> {
    await walls.read();
    this.of = walls.get(this.of?.id ?? "") ?? null;
    toast(msg("Somebody changed this wall meanwhile. Save again to replace what they did."), "bad");
  }

  async #delete(wall: Wall): Promise<void> {
    // What somebody else made cannot be given back to them.
    const sentence = msg("Others see it, and it cannot be brought back.");
    if (!wall.mine && !(await confirm(msg("Delete this wall?"), sentence, msg("Delete")))) return;
    if (!(await tell(() => walls.delete(wall)))) return;
    this.#leave();
    router.ask({ wall: null });
    const undo = async (): Promise<void> => {
      const kept = await tell(() => walls.save(draftOf(wall), null, wall.id));
      if (kept) router.ask({ wall: kept.id });
    };
    const action = wall.mine ? { words: msg("Undo"), run: () => void undo() } : undefined;
    toast(msg(str`The wall ${wall.name} is deleted.`), "", action);
  }

  async #share(): Promise<void> {
    await tell(() => import("./share.js"));
    this.sharing = true;
  }

  #key = (press: KeyboardEvent): void => {
    if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey || isTaken(press)) return;
    if (this.draft) return;
    const { stage } = this;
    const wall = this.#wall;
    const button = (press.composedPath()[0] as Element | undefined)?.localName === "button";
    const work: Record<string, (() => void) | false | undefined> = {
      f: () => stage?.full(),
      k: this.#kiosk,
      n: () => stage?.step(1),
      p: () => stage?.step(-1),
      m: stage?.current ? () => stage.current?.menu() : undefined,
      " ": !button && (wall?.rotation_s ?? 0) > 0 && (() => stage?.pause()),
      e: wall?.can.includes("change") && (() => void this.#edit(wall)),
    };
    const run = work[press.key];
    if (!run) return;
    press.preventDefault();
    run();
  };
}
