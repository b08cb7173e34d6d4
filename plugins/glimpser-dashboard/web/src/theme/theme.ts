// Dark or light. `public/theme.js` does the same before the first paint.

import { Changing } from "../state/watch.js";

const KEY = "glimpser.theme";

// What canvases are drawn in. Of a registered colour its value is read, not the `light-dark(…)` that stands in the sheet.
for (const name of ["ground", "text", "muted", "line", "accent", "warn", "alert"])
  CSS.registerProperty({ name: `--g-${name}`, syntax: "<color>", inherits: true, initialValue: "transparent" });

/** Dark or light: as somebody chose, else as the system is. Tells when that changed. */
class Theme extends Changing {
  #light = matchMedia("(prefers-color-scheme: light)");

  constructor() {
    super();
    this.#light.addEventListener("change", () => this.changed());
  }

  /** What is shown now. */
  get dark(): boolean {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : !this.#light.matches;
  }

  /** `dark`, `light`, or null = as the system is. */
  choose(theme: string | null): void {
    const { dataset } = document.documentElement;
    if (theme === "dark" || theme === "light") {
      dataset.theme = theme;
      localStorage.setItem(KEY, theme);
    } else {
      delete dataset.theme;
      localStorage.removeItem(KEY);
    }
    this.changed();
  }
}

export const theme = new Theme();
