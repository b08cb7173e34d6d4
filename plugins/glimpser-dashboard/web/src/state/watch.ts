// From state to elements: an element is drawn again when something that it watches changed.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Something that tells when it changed. */
export interface Watchable {
  /** Be told of changes; gives how to stop that. */
  subscribe(listener: () => void): () => void;
}

/** Keeps listeners, and tells them once for all changes of one moment. */
export class Changing implements Watchable {
  #listeners = new Set<() => void>();
  #told = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected changed(): void {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** `new Watch(this, session, store.streams)` in an element. */
export class Watch implements ReactiveController {
  #host: ReactiveControllerHost;
  #sources: Watchable[];
  #stops: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, ...sources: Watchable[]) {
    this.#host = host;
    this.#sources = sources;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stops = this.#sources.map((source) => source.subscribe(() => this.#host.requestUpdate()));
  }

  hostDisconnected(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}
