// Draws the timeline: activities as bars, pictures and clips as lanes below them, an axis, now, and what is shown.

import type { Known } from "./moments.js";
import { marks, place, type Span } from "./scale.js";

export const HEIGHT = 116;
const FLOOR = 68;
const PICTURES = 75;
const CLIPS = 83;
const AXIS = 92;
const TALLEST = 58;

/** What is drawn. `at`: the moment that is shown in place of the live picture; `over`: under the pointer. */
export interface Drawing {
  span: Span;
  width: number;
  known: Known | null;
  now: number;
  at: number | null;
  over: number | null;
}

/** Colours and type, read from the element that is drawn on. */
function look(canvas: HTMLCanvasElement): (name: string) => string {
  const style = getComputedStyle(canvas);
  return (name) => style.getPropertyValue(name).trim();
}

export function paint(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { width, span } = drawing;
  const dense = Math.min(devicePixelRatio || 1, 3);
  const pixels = Math.round(width * dense);
  if (canvas.width !== pixels || canvas.height !== HEIGHT * dense) {
    canvas.width = pixels;
    canvas.height = HEIGHT * dense;
  }
  const context = canvas.getContext("2d")!;
  const token = look(canvas);
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  axis(context, drawing, token);
  if (drawing.known) (drawing.known.entries ? entries : buckets)(context, drawing, drawing.known, token);
  const now = place(span, width, drawing.now);
  if (now < width) {
    context.fillStyle = token("--g-ground");
    context.globalAlpha = 0.6;
    context.fillRect(now, 0, width - now, AXIS);
    context.globalAlpha = 1;
  }
  line(context, now, width, token("--g-muted"), [3, 3]);
  if (drawing.over !== null) line(context, place(span, width, drawing.over), width, token("--g-muted"));
  if (drawing.at !== null) head(context, place(span, width, drawing.at), width, token("--g-text"));
}

function axis(context: CanvasRenderingContext2D, { span, width }: Drawing, token: (name: string) => string): void {
  context.font = `500 12px ${token("--g-font")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const mark of marks(span, width)) {
    const x = Math.round(place(span, width, mark.at)) + 0.5;
    context.strokeStyle = token("--g-line");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, mark.strong ? 0 : 8);
    context.lineTo(x, AXIS);
    context.stroke();
    context.fillStyle = token(mark.strong ? "--g-text" : "--g-muted");
    const half = context.measureText(mark.text).width / 2;
    if (x - half > 2 && x + half < width - 2) context.fillText(mark.text, x, AXIS + 13);
  }
  context.fillStyle = token("--g-line");
  context.fillRect(0, FLOOR, width, 1);
}

function severity(token: (name: string) => string, of: string | null): string {
  return token({ critical: "--g-alert", warning: "--g-warn", notice: "--notice" }[of ?? ""] ?? "--g-accent");
}

function bar(context: CanvasRenderingContext2D, x: number, wide: number, high: number, alpha: number): void {
  context.globalAlpha = alpha;
  context.beginPath();
  context.roundRect(x, FLOOR - high, wide, high, [Math.min(3, wide / 2), Math.min(3, wide / 2), 0, 0]);
  context.fill();
  context.globalAlpha = 1;
}

function buckets(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  known: Known,
  token: (name: string) => string,
): void {
  const { span, width } = drawing;
  const wide = Math.max(1.5, (known.seconds * 1000 * width) / (span.to - span.from));
  const gap = wide > 4 ? 1 : 0;
  const most = Math.max(1, ...known.buckets.map((bucket) => bucket.activities));
  for (const bucket of known.buckets) {
    const x = place(span, width, bucket.at);
    if (x + wide < 0 || x > width) continue;
    if (bucket.activities) {
      context.fillStyle = severity(token, bucket.severity);
      bar(context, x, wide - gap, 6 + (TALLEST - 6) * Math.sqrt(bucket.activities / most), 0.9);
    }
    lane(context, bucket.snapshots, x, wide - gap, PICTURES, token("--g-muted"));
    lane(context, bucket.clips, x, wide - gap, CLIPS, token("--g-accent"));
  }
}

function lane(
  context: CanvasRenderingContext2D,
  count: number,
  x: number,
  wide: number,
  y: number,
  color: string,
): void {
  if (!count) return;
  context.fillStyle = color;
  context.globalAlpha = 0.75;
  context.fillRect(x, y, wide, 3);
  context.globalAlpha = 1;
}

function entries(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  known: Known,
  token: (name: string) => string,
): void {
  const { span, width } = drawing;
  const grave = ["info", "notice", "warning", "critical"];
  const rank = (of: string | null): number => grave.indexOf(of ?? "");
  for (const entry of [...(known.entries ?? [])].sort((a, b) => rank(a.severity) - rank(b.severity))) {
    const x = place(span, width, entry.at);
    const end = Number.isNaN(entry.until) ? x : place(span, width, entry.until);
    if (end < -4 || x > width + 4) continue;
    if (entry.kind === "activity") {
      context.fillStyle = severity(token, entry.severity);
      bar(context, x, Math.max(4, end - x), 14 + (TALLEST - 14) * (entry.score ?? 0.4), 0.9);
    } else if (entry.kind === "clip") lane(context, 1, x, Math.max(3, end - x), CLIPS, token("--g-accent"));
    else {
      context.fillStyle = token("--g-muted");
      context.beginPath();
      context.arc(x, PICTURES + 1.5, 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function line(context: CanvasRenderingContext2D, x: number, width: number, color: string, dash: number[] = []): void {
  if (x < -1 || x > width + 1) return;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, 0);
  context.lineTo(Math.round(x) + 0.5, AXIS);
  context.stroke();
  context.setLineDash([]);
}

function head(context: CanvasRenderingContext2D, x: number, width: number, color: string): void {
  if (x < -6 || x > width + 6) return;
  context.fillStyle = color;
  context.fillRect(Math.round(x) - 1, 0, 2, AXIS);
  context.beginPath();
  context.moveTo(x - 6, 0);
  context.lineTo(x + 6, 0);
  context.lineTo(x, 8);
  context.fill();
}
