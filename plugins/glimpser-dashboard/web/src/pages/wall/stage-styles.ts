// How the tiles of a wall stand.

import { css } from "lit";

export const stageStyles = css`
  :host {
    container-type: inline-size;
  }
  :host(:is(:fullscreen, [kiosk])) {
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    padding: 0.375rem;
    background: #000;
    overflow: auto;
  }
  :host([kiosk]) {
    position: fixed;
    inset: 0;
    z-index: 10;
  }
  /* Nobody works there: a touch leads nowhere. */
  :host([kiosk]) g-tile {
    pointer-events: none;
  }
  .wall {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
    gap: 0.75rem;
  }
  .wall li[data-id] {
    aspect-ratio: 16 / 9;
  }
  .wall[data-count="1"] {
    max-width: 72rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .wall[data-count="2"],
  .wall[data-count="4"] {
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  }
  .wall[data-count="4"] {
    max-width: 108rem;
  }
  :host(:is(:fullscreen, [kiosk])) .wall {
    max-width: none;
    align-content: center;
  }
  /* A tile as many rows high as it is columns wide is 16:9. */
  .laid {
    --gap: 0.5rem;
    --column: calc((100cqw - (var(--columns) - 1) * var(--gap)) / var(--columns));
    display: grid;
    grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
    grid-auto-rows: calc((var(--column) + var(--gap)) * 9 / 16 - var(--gap));
    gap: var(--gap);
  }
  .laid li {
    grid-column: var(--x) / span var(--w);
    grid-row: var(--y) / span var(--h);
    min-width: 0;
    min-height: 0;
  }
  :host(:is(:fullscreen, [kiosk])) .laid {
    grid-template-rows: repeat(var(--rows), minmax(0, 1fr));
    height: 100%;
  }
  .pager {
    display: flex;
    justify-content: center;
    align-items: center;
    gap: 0.25rem;
    padding-top: 0.75rem;
  }
  .dot {
    display: grid;
    place-items: center;
    width: 1.75rem;
    height: 1.75rem;
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
  }
  .dot::after {
    content: "";
    width: 0.5rem;
    height: 0.5rem;
    border-radius: 99px;
    background: var(--g-field);
    transition: width 0.15s;
  }
  .dot[aria-current]::after {
    width: 1.25rem;
    background: var(--g-accent);
  }
  @container (max-width: 40rem) {
    .laid,
    :host(:is(:fullscreen, [kiosk])) .laid {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: none;
      grid-auto-rows: auto;
      align-content: safe center;
      height: auto;
    }
    .laid li {
      grid-area: auto;
      aspect-ratio: 16 / 9;
    }
  }
  @media (min-width: 120rem) {
    .wall {
      grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr));
    }
  }
`;
