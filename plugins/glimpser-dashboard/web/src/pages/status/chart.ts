// Lines over the last minutes, drawn by uPlot.

import { css, html, type PropertyValues, unsafeCSS } from "lit";
import { customElement, property } from "lit/decorators.js";
import uPlot from "uplot";
import sheet from "uplot/dist/uPlot.min.css?inline";
import { theme } from "../../theme/theme.js";
import { GElement } from "../../ui/element.js";
import { dates, number } from "../../ui/format.js";
import type { Series } from "./samples.js";

const HEIGHT = 180;

@customElement("g-chart")
export class GChart extends GElement {
  static override styles = [
    GElement.styles,
    unsafeCSS(sheet),
    css`
      :host {
        min-height: 180px;
      }
      .u-over {
        cursor: crosshair;
      }
    `,
  ];

  @property({ attribute: false }) series: Series = [[], [], []];
  /** Names of the lines. */
  @property({ attribute: false }) names: [string, string] = ["", ""];
  #plot: uPlot | null = null;
  #sized = new ResizeObserver(() => this.#fit());
  #unthemed = (): void => {};

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sized.observe(this);
    this.#unthemed = theme.subscribe(() => {
      if (this.#plot) this.#make();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sized.disconnect();
    this.#unthemed();
    this.#plot?.destroy();
    this.#plot = null;
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.#plot || changed.has("names")) this.#make();
    else this.#plot.setData(this.series);
  }

  #fit(): void {
    if (this.clientWidth) this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT });
  }

  #make(): void {
    this.#plot?.destroy();
    const colours = getComputedStyle(this);
    const [accent, second, line, muted] = ["--g-accent", "--g-warn", "--g-line", "--g-muted"].map((name) =>
      colours.getPropertyValue(name),
    ) as [string, string, string, string];
    const time = dates({ hour: "2-digit", minute: "2-digit" });
    const axis = { stroke: muted, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const draw = (label: string, stroke: string): uPlot.Series => ({
      label,
      stroke,
      width: 2,
      fill: `color-mix(in srgb, ${stroke} 12%, transparent)`,
      points: { show: false },
    });
    this.#plot = new uPlot(
      {
        width: this.clientWidth || 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: { x: { range: (_plot, _least, most) => [most - 300, most] }, y: { range: [0, 100] } },
        axes: [
          {
            ...axis,
            values: (_plot, ticks) => ticks.map((tick) => time.format(tick * 1000)),
            incrs: [60, 120],
            size: 28,
          },
          { ...axis, values: (_plot, ticks) => ticks.map((tick) => `${number(tick)} %`), size: 48 },
        ],
        series: [{}, draw(this.names[0], accent), draw(this.names[1], second)],
      },
      this.series,
      this.shadowRoot!.querySelector<HTMLElement>(".plot")!,
    );
  }

  override render(): unknown {
    return html`<div class="plot" aria-hidden="true"></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "g-chart": GChart;
  }
}
