// What can be undone and done again.

const MOST = 100;

export class History<T> {
  #past: T[] = [];
  #future: T[] = [];

  constructor(public now: T) {}

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Remember a change. `before`: what it was before a gesture of many small changes. */
  push(next: T, before: T = this.now): void {
    this.#past = [...this.#past.slice(1 - MOST), before];
    this.#future = [];
    this.now = next;
  }

  undo(): void {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#future.push(this.now);
    this.now = before;
  }

  redo(): void {
    const next = this.#future.pop();
    if (next === undefined) return;
    this.#past.push(this.now);
    this.now = next;
  }
}
