// A drawing that says nothing by itself; what it stands beside carries the words.

import { css, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ICONS, type IconName } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

@customElement("g-icon")
export class GIcon extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
      flex: none;
      width: 1.25em;
      height: 1.25em;
    }
    svg {
      width: 100%;
      height: 100%;
      fill: none;
      stroke: currentcolor;
      stroke-width: 1.75;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `;

  @property() name: IconName | "" = "";

  override render(): unknown {
    const shapes = this.name in ICONS ? ICONS[this.name as IconName] : ICONS.panel;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const [tag, attributes] of shapes) {
      const shape = document.createElementNS(SVG, tag);
      for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
      svg.append(shape);
    }
    return svg;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-icon": GIcon;
  }
}
