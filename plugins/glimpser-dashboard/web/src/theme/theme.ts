// Dark or light. `public/theme.js` does the same before the first paint.

const KEY = "glimpser.theme";

// What canvases are drawn in. Of a registered colour its value is read, not the `light-dark(…)` that stands in the sheet.
for (const name of ["ground", "text", "muted", "line", "accent", "warn", "alert"])
  CSS.registerProperty({ name: `--g-${name}`, syntax: "<color>", inherits: true, initialValue: "transparent" });

/** The user's choice: `dark`, `light`, or null = as the system is. */
export function setTheme(theme: string | null): void {
  const { dataset } = document.documentElement;
  if (theme === "dark" || theme === "light") {
    dataset.theme = theme;
    localStorage.setItem(KEY, theme);
  } else {
    delete dataset.theme;
    localStorage.removeItem(KEY);
  }
}

/** What is shown now. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : !matchMedia("(prefers-color-scheme: light)").matches;
}
