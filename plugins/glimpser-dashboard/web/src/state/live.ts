// Live pictures on canvases: subscribed while they can be seen, in the size in which they are shown.

import type { PageSocket } from "./socket.js";

const SIDES = [160, 320, 640, 960, 1280];
const DENSEST = 2;

/** Shows a stream in an element of its own. A plugin may bring another one: see `setPlayer`. */
export interface Player {
  /** What is put into the page. */
  readonly element: HTMLElement;
  /** Show so many pictures a second from now on. A player without it is made anew. */
  rate?(fps: number): void;
  /** Stop for good. */
  close(): void;
}

export interface PlayerOptions {
  socket: PageSocket;
  stream: string;
  /** Pictures a second, at most. */
  fps: number;
  /** After each picture; `at`: when it was captured, milliseconds since 1970. */
  drawn(at: number): void;
  /** When the hub ended it. */
  ended(text: string): void;
}

function side(element: Element): number {
  const { width, height } = element.getBoundingClientRect();
  const wanted = Math.max(width, height) * Math.min(devicePixelRatio || 1, DENSEST);
  return SIDES.find((size) => size >= wanted - 1) ?? 0;
}

const shown = new Map<Element, LivePicture>();
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) shown.get(target)?.becomes(isIntersecting);
  },
  { rootMargin: "120px" },
);
const sized = new ResizeObserver((entries) => {
  for (const { target } of entries) shown.get(target)?.resized();
});
document.addEventListener("visibilitychange", () => {
  for (const picture of shown.values()) picture.check();
});

/** Pictures, one after the other. */
export class LivePicture implements Player {
  readonly element = document.createElement("canvas");
  #options: PlayerOptions;
  #number: number | null = null;
  #side = 0;
  #visible = false;
  #decoding = false;
  #waiting: [Blob, number] | null = null;
  #closed = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.element.width = 16;
    this.element.height = 9;
    shown.set(this.element, this);
    seen.observe(this.element);
    sized.observe(this.element);
  }

  close(): void {
    this.#closed = true;
    shown.delete(this.element);
    seen.unobserve(this.element);
    sized.unobserve(this.element);
    this.check();
  }

  rate(fps: number): void {
    if (fps === this.#options.fps) return;
    this.#options = { ...this.#options, fps };
    this.#leave();
    this.check();
  }

  /** Told by the observers. */
  becomes(visible: boolean): void {
    this.#visible = visible;
    this.check();
  }

  /** Told by the observers: another size may be wanted. */
  resized(): void {
    if (this.#number === null || side(this.element) === this.#side) return;
    this.#leave();
    this.check();
  }

  /** Be subscribed exactly while somebody can see it. */
  check(): void {
    const wanted = this.#visible && !this.#closed && !document.hidden;
    if (!wanted) this.#leave();
    else if (this.#number === null) {
      const { socket, stream, fps } = this.#options;
      this.#side = side(this.element);
      this.#number = socket.watch(stream, this.#side, fps, {
        picture: (blob, at) => void this.#picture(blob, at),
        ended: (text) => {
          this.#number = null;
          this.#options.ended(text);
        },
      });
    }
  }

  #leave(): void {
    if (this.#number === null) return;
    this.#options.socket.unwatch(this.#number);
    this.#number = null;
    this.#waiting = null;
  }

  /** Decode one at a time; what comes meanwhile replaces what waits, so that a slow page shows the newest. */
  async #picture(blob: Blob, at: number): Promise<void> {
    this.#waiting = [blob, at];
    if (this.#decoding) return;
    this.#decoding = true;
    while (this.#waiting) {
      const [next, time]: [Blob, number] = this.#waiting;
      this.#waiting = null;
      const bitmap = await createImageBitmap(next).catch(() => null);
      if (bitmap && !this.#closed) this.#draw(bitmap, time);
      bitmap?.close();
    }
    this.#decoding = false;
  }

  #draw(bitmap: ImageBitmap, at: number): void {
    const { element } = this;
    if (element.width !== bitmap.width || element.height !== bitmap.height) {
      element.width = bitmap.width;
      element.height = bitmap.height;
    }
    element.getContext("2d")?.drawImage(bitmap, 0, 0);
    this.#options.drawn(at);
  }
}

let make = (options: PlayerOptions): Player => new LivePicture(options);

/** How streams are shown from now on. */
export function setPlayer(factory: (options: PlayerOptions) => Player): void {
  make = factory;
}

/** A player for a stream. */
export function play(options: PlayerOptions): Player {
  return make(options);
}
