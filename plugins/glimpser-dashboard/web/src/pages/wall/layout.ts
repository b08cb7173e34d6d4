// Where tiles stand: on pages of so many rows, in reading order, and where a new one finds room.

import type { WallTile } from "../../state/walls.js";

/** The pages of a wall: all of it where `rows` is 0. */
export function pages(tiles: readonly WallTile[], rows: number): WallTile[][] {
  const sorted = [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);
  if (!rows) return [sorted];
  const found: WallTile[][] = [];
  for (const tile of sorted) {
    const page = Math.floor(tile.y / rows);
    const y = tile.y % rows;
    found[page] = [...(found[page] ?? []), { ...tile, y, h: Math.min(tile.h, rows - y) }];
  }
  const full = found.filter((page) => page?.length);
  return full.length ? full : [[]];
}

/** Tiles of one size for all streams, side by side. */
export function spread(streams: readonly string[], columns: number): WallTile[] {
  const across = Math.max(1, Math.ceil(Math.sqrt(streams.length)));
  const w = Math.max(1, Math.floor(columns / Math.min(across, columns)));
  const fit = Math.floor(columns / w);
  return streams.map((stream_id, n) => ({ stream_id, x: (n % fit) * w, y: Math.floor(n / fit) * w, w, h: w }));
}

/** All streams on pages that fill a screen, where nobody arranged them. */
export function filling(streams: readonly string[], columns = 12, most = 4) {
  const across = Math.max(1, Math.min(most, Math.ceil(Math.sqrt(streams.length))));
  const w = columns / across;
  const lines = Math.max(1, Math.min(across, Math.ceil(streams.length / across)));
  const tiles = streams.map((stream_id, n) => ({
    stream_id,
    x: (n % across) * w,
    y: Math.floor(n / across) * w,
    w,
    h: w,
  }));
  return { columns, rows: lines * w, rotation_s: PAGE_S, tiles };
}

/** Seconds a page is shown where nobody said otherwise. */
const PAGE_S = 15;

/** The first free place of a size. */
export function room(tiles: readonly WallTile[], columns: number, w: number, h: number): { x: number; y: number } {
  const taken = (x: number, y: number): boolean =>
    tiles.some((tile) => x < tile.x + tile.w && tile.x < x + w && y < tile.y + tile.h && tile.y < y + h);
  for (let y = 0; ; y++) {
    for (let x = 0; x + w <= columns; x++) if (!taken(x, y)) return { x, y };
  }
}

/** The tile that is reached from another by an arrow: the nearest one on that side. */
export function beside(boxes: readonly DOMRect[], from: number, key: string): number {
  const a = boxes[from];
  if (!a) return 0;
  const mid = (box: DOMRect): [number, number] => [box.x + box.width / 2, box.y + box.height / 2];
  const [ax, ay] = mid(a);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  boxes.forEach((box, n) => {
    const [x, y] = mid(box);
    const along = sign * (sideways ? x - ax : y - ay);
    const across = Math.abs(sideways ? y - ay : x - ax);
    if (n === from || along <= 1) return;
    const cost = along + 2 * across;
    if (cost < least) [best, least] = [n, cost];
  });
  return best;
}
