// The last words that led somewhere, on this device alone.

const KEY = "glimpser.searched";
const MOST = 6;

export function recent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((q) => typeof q === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function remember(q: string): void {
  const words = q.trim();
  if (!words) return;
  const list = [words, ...recent().filter((known) => known !== words)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(list));
}
