// Polygons on a picture. Corners are shares of its width and height; nobody is shown the numbers.

export type Point = readonly [number, number];
export type Kind = "zone" | "motion_mask" | "privacy";

/** As the API has it; `key` is this editor's, for regions that have no id yet. */
export interface Region {
  key: string;
  id?: string;
  name: string;
  kind: Kind;
  polygon: Point[];
}

/** What the API takes. */
export const LIMITS = { regions: 64, name: 100, least: 3, most: 100 } as const;

const STEPS = 10_000;

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * STEPS) / STEPS;
}

/** A point inside the picture. */
export function point(x: number, y: number): Point {
  return [share(x), share(y)];
}

export function samePoint(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** The polygon with a corner elsewhere; as it was, where another corner is already. */
export function moved(polygon: Point[], at: number, to: Point): Point[] {
  if (polygon.some((corner, n) => n !== at && samePoint(corner, to))) return polygon;
  return polygon.map((corner, n) => (n === at ? to : corner));
}

/** The whole polygon moved, as far as it stays inside. */
export function shifted(polygon: Point[], dx: number, dy: number): Point[] {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const x = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx));
  const y = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy));
  return polygon.map((corner) => point(corner[0] + x, corner[1] + y));
}

/** The middle of the side after a corner. */
export function middle(polygon: Point[], after: number): Point {
  const [a, b] = [polygon[after]!, polygon[(after + 1) % polygon.length]!];
  return point((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
}

/** The polygon with a corner more; as it was, when it has the most, or the side is too short for one. */
export function inserted(polygon: Point[], after: number, at: Point = middle(polygon, after)): Point[] {
  if (polygon.length >= LIMITS.most || polygon.some((corner) => samePoint(corner, at))) return polygon;
  return polygon.toSpliced(after + 1, 0, at);
}

/** The polygon with a corner less; as it was, when it has the fewest. */
export function removed(polygon: Point[], at: number): Point[] {
  return polygon.length > LIMITS.least ? polygon.toSpliced(at, 1) : polygon;
}

/** The rectangle between two points. */
export function rectangle(a: Point, b: Point): Point[] {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  return [point(left, top), point(right, top), point(right, bottom), point(left, bottom)];
}

/** Whether a point lies in a polygon. */
export function inside(polygon: Point[], [x, y]: Point): boolean {
  let found = false;
  for (let n = 0, last = polygon.length - 1; n < polygon.length; last = n++) {
    const [[ax, ay], [bx, by]] = [polygon[n]!, polygon[last]!];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) found = !found;
  }
  return found;
}

/** Where a name is written: about the middle. */
export function centre(polygon: Point[]): Point {
  const sum = polygon.reduce<[number, number]>(([x, y], corner) => [x + corner[0], y + corner[1]], [0, 0]);
  return [sum[0] / polygon.length, sum[1] / polygon.length];
}
