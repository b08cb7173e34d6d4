// What the machine did in the last minutes, kept while the page is open and asked for while somebody looks.

import { api, body } from "../../api/client.js";
import type { components } from "../../api/schema.js";
import { Changing } from "../../state/watch.js";

type Answer = components["schemas"]["SystemOut"];
export type Health = components["schemas"]["HealthOut"];

export interface Worker {
  id: string;
  pid: number;
  group: string;
  state: string;
  streams: number;
  rss: number;
  cpu_s: number;
  since: string;
}

export interface System extends Omit<Answer, "cpu" | "memory" | "disk" | "workers"> {
  cpu: { cores: number; percent: number; hub_s: number };
  memory: { total: number; available: number; hub_rss: number };
  disk: { free: number; total: number; media: number; media_budget: number };
  workers: Worker[];
}

/** Seconds since 1970, per cent of the processor, per cent of the memory. */
export type Series = [number[], number[], number[]];

const PAUSE = 3000;
const KEPT = 200;

/** Watch it for `system`, `health` and `series`. */
class Samples extends Changing {
  system: System | null = null;
  health: Health | null = null;
  series: Series = [[], [], []];
  /** Per cent of one processor that each worker took since the sample before. */
  load = new Map<string, number>();
  error: unknown = null;
  #timer = 0;
  #viewers = 0;
  #before: { at: number; workers: Map<string, number> } | null = null;

  /** Somebody looks; gives how to say that they do not any more. */
  look(): () => void {
    if (this.#viewers++ === 0) void this.#sample();
    return () => {
      if (--this.#viewers === 0) clearTimeout(this.#timer);
    };
  }

  /** Ask at once. */
  again(): void {
    clearTimeout(this.#timer);
    void this.#sample();
  }

  async #sample(): Promise<void> {
    if (!document.hidden) {
      try {
        const [system, health] = await Promise.all([body(api.GET("/api/system")), body(api.GET("/api/health"))]);
        this.health = health;
        this.#take(system as unknown as System);
        this.error = null;
      } catch (error) {
        this.error = error;
      }
      this.changed();
    }
    clearTimeout(this.#timer);
    if (this.#viewers) this.#timer = window.setTimeout(() => void this.#sample(), PAUSE);
  }

  #take(system: System): void {
    this.system = system;
    const now = Date.now() / 1000;
    const memory = 100 * (1 - system.memory.available / system.memory.total);
    const added = [now, system.cpu.percent, memory];
    this.series = this.series.map((list, n) => [...list.slice(1 - KEPT), added[n]!]) as Series;
    const before = this.#before;
    if (before) {
      this.load = new Map(
        system.workers.flatMap(({ id, cpu_s }): [string, number][] => {
          const was = before.workers.get(id);
          return was === undefined ? [] : [[id, Math.max(0, (100 * (cpu_s - was)) / (now - before.at))]];
        }),
      );
    }
    this.#before = { at: now, workers: new Map(system.workers.map((worker) => [worker.id, worker.cpu_s])) };
  }
}

export const samples = new Samples();
