// Wheel, drag, pinch and keys on the timeline, as what they mean.

/** What is asked of the timeline; places are pixels from its left edge. */
export interface Gestured {
  zoom(factor: number, x: number): void;
  pan(pixels: number): void;
  /** A press without a drag. */
  choose(x: number): void;
  /** The pointer is here, or away. */
  hover(x: number | null, touch?: boolean): void;
  /** One step of the keyboard: -1 back, 1 on; `far`: a page of it. */
  step(direction: -1 | 1, far: boolean): void;
  newest(): void;
}

const SLACK = 4;
const KEY_ZOOM = 1.6;

/** Listens to an element. */
export class Gestures {
  #element: HTMLElement;
  #to: Gestured;
  #pointers = new Map<number, number>();
  #dragged = false;
  #pressed = 0;
  #apart = 0;

  constructor(element: HTMLElement, to: Gestured) {
    this.#element = element;
    this.#to = to;
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event, true));
    element.addEventListener("pointercancel", (event) => this.#up(event, false));
    element.addEventListener("pointerleave", () => this.#pointers.size || this.#to.hover(null));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  #x(event: MouseEvent): number {
    return event.clientX - this.#element.getBoundingClientRect().left;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 24;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.#to.pan((event.deltaX || event.deltaY) * lines);
    } else this.#to.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * lines * 0.0022))), this.#x(event));
    this.#to.hover(this.#x(event));
  }

  #down(event: PointerEvent): void {
    if (event.button) return;
    this.#element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.#x(event));
    this.#apart = this.#distance();
    if (this.#pointers.size > 1) this.#dragged = true;
    else {
      this.#dragged = false;
      this.#pressed = this.#x(event);
    }
  }

  #distance(): number {
    const [a, b] = [...this.#pointers.values()];
    return a === undefined || b === undefined ? 0 : Math.max(12, Math.abs(a - b));
  }

  #move(event: PointerEvent): void {
    const x = this.#x(event);
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) {
      this.#to.hover(x);
      return;
    }
    if (!this.#dragged && Math.abs(x - this.#pressed) < SLACK) return;
    this.#dragged = true;
    this.#pointers.set(event.pointerId, x);
    if (this.#pointers.size === 1) this.#to.pan(before - x);
    else {
      const apart = this.#distance();
      const [a = 0, b = 0] = [...this.#pointers.values()];
      this.#to.pan((before - x) / 2);
      this.#to.zoom(this.#apart / apart, (a + b) / 2);
      this.#apart = apart;
    }
    this.#to.hover(null);
  }

  #up(event: PointerEvent, done: boolean): void {
    const known = this.#pointers.delete(event.pointerId);
    if (known && done && !this.#dragged && !this.#pointers.size) {
      this.#to.choose(this.#x(event));
      if (event.pointerType === "touch") this.#to.hover(null);
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const middle = this.#element.clientWidth / 2;
    const meaning: Record<string, () => void> = {
      ArrowLeft: () => this.#to.step(-1, event.shiftKey),
      ArrowRight: () => this.#to.step(1, event.shiftKey),
      PageUp: () => this.#to.step(-1, true),
      PageDown: () => this.#to.step(1, true),
      "+": () => this.#to.zoom(1 / KEY_ZOOM, middle),
      "=": () => this.#to.zoom(1 / KEY_ZOOM, middle),
      ArrowUp: () => this.#to.zoom(1 / KEY_ZOOM, middle),
      "-": () => this.#to.zoom(KEY_ZOOM, middle),
      ArrowDown: () => this.#to.zoom(KEY_ZOOM, middle),
      End: () => this.#to.newest(),
    };
    const run = meaning[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  }
}
