// Style properties by script. The hub's content policy refuses `style="…"` (and so Lit's styleMap, which writes it first).

import { type ElementPart, noChange, nothing } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive } from "lit/directive.js";

class Styled extends AsyncDirective {
  render(_styles: Record<string, string>): unknown {
    return nothing;
  }

  override update(part: ElementPart, [styles]: [Record<string, string>]): unknown {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(styles)) style.setProperty(name, value);
    return noChange;
  }
}

/** `<div ${styled({ "--share": "0.4" })}>`; a value of "" takes it away. */
export const styled = directive(Styled);
