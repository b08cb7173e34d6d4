// What the page knows of the hub's objects: one place, by id, fed by answers and by the feed.

import type { Event, EventType, Stream } from "../api/types.js";
import { Changing } from "./watch.js";

/** Objects of one kind by id. */
export class Collection<T extends { id: string }> extends Changing {
  #items = new Map<string, T>();
  #merge: (known: T | undefined, told: T) => T;
  /** Whether all of them were read. */
  loaded = false;

  constructor(merge: (known: T | undefined, told: T) => T = (_known, told) => told) {
    super();
    this.#merge = merge;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  get size(): number {
    return this.#items.size;
  }

  values(): T[] {
    return [...this.#items.values()];
  }

  /** Take in objects as the API answered them. */
  put(...items: T[]): void {
    for (const item of items) this.#items.set(item.id, this.#merge(this.#items.get(item.id), item));
    this.changed();
  }

  /** Take in what the feed tells of one that is known. */
  patch(id: string, part: Partial<T>): void {
    const known = this.#items.get(id);
    if (!known) return;
    this.#items.set(id, { ...known, ...part });
    this.changed();
  }

  remove(id: string): void {
    if (this.#items.delete(id)) this.changed();
  }

  /** These are all there are. */
  replace(items: T[]): void {
    const before = this.#items;
    this.#items = new Map(items.map((item) => [item.id, this.#merge(before.get(item.id), item)]));
    this.loaded = true;
    this.changed();
  }

  clear(): void {
    this.#items.clear();
    this.loaded = false;
    this.changed();
  }
}

const MEASURED = [
  "status", "reason", "resolution", "fps", "codec", "last_frame_at", "retry_at", "attempts", "mode", "since",
] as const; // biome-ignore format: one list

/** What was told, but with the state that is known where that began later: an answer may be overtaken by the feed. */
function newest(known: Stream | undefined, told: Stream): Stream {
  if (!known?.since || !told.since || known.since <= told.since) return told;
  return { ...told, ...Object.fromEntries(MEASURED.map((name) => [name, known[name]])) };
}

const byName = new Intl.Collator(undefined, { numeric: true });

/** Streams that the viewer sees. */
export class Streams extends Collection<Stream> {
  #sorted: Stream[] | null = null;

  constructor() {
    super(newest);
  }

  protected override changed(): void {
    this.#sorted = null;
    super.changed();
  }

  /** By name, as people sort. */
  get list(): Stream[] {
    this.#sorted ??= this.values().sort((a, b) => byName.compare(a.name, b.name));
    return [...this.#sorted];
  }
}

/** Events that last now, by stream. */
export class OpenEvents extends Changing {
  #open = new Map<string, Map<string, string>>();

  /** Types of those of a stream, the newest last. */
  of(stream: string): string[] {
    return [...(this.#open.get(stream)?.values() ?? [])];
  }

  mark(event: Pick<Event, "id" | "type" | "state" | "stream_id">): void {
    const stream = event.stream_id ?? "";
    const open = this.#open.get(stream) ?? new Map<string, string>();
    if (event.state === "open") open.set(event.id, event.type);
    else open.delete(event.id);
    this.#open.set(stream, open);
    this.changed();
  }

  replace(events: Event[]): void {
    this.#open.clear();
    for (const event of events) this.mark(event);
    this.changed();
  }
}

/** Types of events with their titles. */
export class EventTypes extends Changing {
  #types = new Map<string, EventType>();

  get(type: string): EventType | undefined {
    return this.#types.get(type);
  }

  values(): EventType[] {
    return [...this.#types.values()];
  }

  replace(types: EventType[]): void {
    this.#types = new Map(types.map((type) => [type.type, type]));
    this.changed();
  }
}

export const store = { streams: new Streams(), open: new OpenEvents(), types: new EventTypes() };
