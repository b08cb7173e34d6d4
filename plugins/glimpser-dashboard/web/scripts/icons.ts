// Draws the icons of the installed app while the pages are built: the eye of favicon.svg as PNG, which launchers ask for.

import zlib from "node:zlib";
import type { Plugin } from "vite";

type Colour = readonly [number, number, number];

const GROUND: Colour = [15, 118, 110];
const WHITE: Colour = [255, 255, 255];
/** Points across a pixel, so that edges are smooth. */
const FINE = 4;

/** Half of the eye's height at each x, in 1/64 of the 32 units that the drawing is wide. */
const HEIGHT = (() => {
  const height = new Float64Array(32 * 64 + 1);
  const curve = (t: number, a: number, b: number, c: number, d: number): number =>
    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d;
  for (let n = 0; n <= 8192; n++) {
    const x = curve(n / 8192, 4.5, 7.5, 11.5, 16);
    const half = curve(n / 8192, 0, 5, 7.5, 7.5);
    height[Math.round(x * 64)] = half;
    height[Math.round((32 - x) * 64)] = half;
  }
  return height;
})();

function near(x: number, y: number, cx: number, cy: number, radius: number): boolean {
  return (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2;
}

/** The colour at a point of the drawing; null where nothing is. */
function colour(x: number, y: number, rounded: boolean): Colour | null {
  if (near(x, y, 17.6, 14.4, 1.5)) return WHITE;
  if (near(x, y, 16, 16, 4.6)) return GROUND;
  if (x >= 4.5 && x <= 27.5 && Math.abs(y - 16) < HEIGHT[Math.round(x * 64)]!) return WHITE;
  const corner = Math.max(0, Math.abs(x - 16) - 8) ** 2 + Math.max(0, Math.abs(y - 16) - 8) ** 2;
  return rounded && corner > 64 ? null : GROUND;
}

/** Rows of red, green, blue and opacity. `scale`: how large the drawing is within the picture. */
function pixels(side: number, rounded: boolean, scale: number): Buffer {
  const rows = Buffer.alloc(side * (side * 4 + 1));
  const step = 32 / (side * FINE * scale);
  const first = 16 - (side * FINE * step) / 2 + step / 2;
  for (let py = 0; py < side; py++) {
    for (let px = 0; px < side; px++) {
      let [red, green, blue, hits] = [0, 0, 0, 0];
      for (let n = 0; n < FINE * FINE; n++) {
        const x = first + (px * FINE + (n % FINE)) * step;
        const y = first + (py * FINE + Math.floor(n / FINE)) * step;
        const found = colour(x, y, rounded);
        if (!found) continue;
        hits++;
        red += found[0];
        green += found[1];
        blue += found[2];
      }
      const at = py * (side * 4 + 1) + 1 + px * 4;
      const mean = [red, green, blue].map((sum) => (hits ? Math.round(sum / hits) : 0));
      rows.set([...mean, Math.round((hits * 255) / (FINE * FINE))], at);
    }
  }
  return rows;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(zlib.crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function png(side: number, rounded: boolean, scale = 1): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", zlib.deflateSync(pixels(side, rounded, scale), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Puts the icons beside the document. Maskable ones are cut by the launcher: all that counts is in their middle. */
export function icons(): Plugin {
  return {
    name: "icons",
    apply: "build",
    generateBundle() {
      const emit = (fileName: string, source: Buffer): string => this.emitFile({ type: "asset", fileName, source });
      emit("icon-192.png", png(192, true));
      emit("icon-512.png", png(512, true));
      emit("icon-maskable.png", png(512, false, 0.75));
      emit("icon-apple.png", png(180, false, 0.85));
    },
  };
}
