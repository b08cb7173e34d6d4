// Live pictures on canvases: subscribed while they can be seen, in the size in which they are shown.

const SIDES = [160, 320, 640, 960, 1280];
const DENSEST = 2;

function side(element) {
  const { width, height } = element.getBoundingClientRect();
  const wanted = Math.max(width, height) * Math.min(devicePixelRatio || 1, DENSEST);
  return SIDES.find((size) => size >= wanted - 1) ?? 0;
}

const shown = new Map();
const seen = new IntersectionObserver(
  (entries) => entries.forEach(({ target, isIntersecting }) => shown.get(target)?.becomes(isIntersecting)),
  { rootMargin: "120px" },
);
const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => shown.get(target)?.resized()));
document.addEventListener("visibilitychange", () => shown.forEach((picture) => picture.check()));

/** One live picture. `on`: `drawn(at)` after each picture, `ended(text)` when the hub ended it. */
export class LivePicture {
  #socket;
  #stream;
  #fps;
  #on;
  #number = null;
  #side = 0;
  #visible = false;
  #decoding = false;
  #waiting = null;
  #closed = false;

  constructor(socket, stream, canvas, fps, on) {
    this.#socket = socket;
    this.#stream = stream;
    this.#fps = fps;
    this.#on = on;
    this.canvas = canvas;
    shown.set(canvas, this);
    seen.observe(canvas);
    sized.observe(canvas);
  }

  /** Stop for good. */
  close() {
    this.#closed = true;
    shown.delete(this.canvas);
    seen.unobserve(this.canvas);
    sized.unobserve(this.canvas);
    this.check();
  }

  /** Told by the observers. */
  becomes(visible) {
    this.#visible = visible;
    this.check();
  }

  /** Told by the observers: another size may be wanted. */
  resized() {
    if (this.#number !== null && side(this.canvas) !== this.#side) {
      this.#leave();
      this.check();
    }
  }

  /** Be subscribed exactly while somebody can see it. */
  check() {
    const wanted = this.#visible && !this.#closed && !document.hidden;
    if (!wanted) this.#leave();
    else if (this.#number === null) {
      this.#side = side(this.canvas);
      this.#number = this.#socket.subscribe(this.#stream, this.#side, this.#fps, {
        picture: (blob, at) => this.#picture(blob, at),
        ended: (text) => {
          this.#number = null;
          this.#on.ended(text);
        },
      });
    }
  }

  #leave() {
    if (this.#number === null) return;
    this.#socket.unsubscribe(this.#number);
    this.#number = null;
    this.#waiting = null;
  }

  /** Decode one at a time; what comes meanwhile replaces what waits, so that a slow page shows the newest. */
  async #picture(blob, at) {
    this.#waiting = [blob, at];
    if (this.#decoding) return;
    this.#decoding = true;
    while (this.#waiting) {
      const [next, time] = this.#waiting;
      this.#waiting = null;
      const bitmap = await createImageBitmap(next).catch(() => null);
      if (bitmap && !this.#closed) this.#draw(bitmap, time);
      bitmap?.close();
    }
    this.#decoding = false;
  }

  #draw(bitmap, at) {
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
    }
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.#on.drawn(at);
  }
}
