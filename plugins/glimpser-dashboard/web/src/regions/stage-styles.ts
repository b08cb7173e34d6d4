// How regions look on a picture: each kind in a colour of its own, readable on any picture.

import { css } from "lit";

export const kindColours = css`
  [data-kind="zone"] {
    --colour: #2dd4bf;
  }
  [data-kind="motion_mask"] {
    --colour: #fbbf24;
  }
  [data-kind="privacy"] {
    --colour: #f472b6;
  }
`;

export const stageStyles = [
  kindColours,
  css`
    .stage {
      position: relative;
      width: 100%;
      max-height: 72vh;
      max-width: calc(72vh * var(--ratio));
      aspect-ratio: var(--ratio);
      border-radius: var(--g-radius);
      background: var(--g-stage);
      color: #e9edf2;
      touch-action: none;
      user-select: none;
    }
    .stage.drawing {
      cursor: crosshair;
    }
    img,
    svg {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      border-radius: inherit;
    }
    img {
      pointer-events: none;
    }
    svg {
      overflow: visible;
    }
    polygon,
    polyline {
      fill: color-mix(in srgb, var(--colour) 22%, transparent);
      stroke: var(--colour);
      stroke-width: 2;
      stroke-linejoin: round;
      vector-effect: non-scaling-stroke;
    }
    polygon[data-kind="privacy"] {
      fill: color-mix(in srgb, #000 72%, transparent);
    }
    polygon[data-kind="motion_mask"] {
      stroke-dasharray: 6 4;
    }
    polygon.chosen {
      stroke-width: 3;
    }
    .stage:not(.drawing) polygon {
      cursor: move;
    }
    .name {
      position: absolute;
      max-width: 40%;
      padding: 0.0625rem 0.5rem;
      border-radius: 99px;
      background: #0009;
      color: var(--colour);
      font-size: 0.75rem;
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      translate: -50% -50%;
      pointer-events: none;
    }
    .handle {
      position: absolute;
      width: 1.75rem;
      height: 1.75rem;
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: none;
      translate: -50% -50%;
      cursor: grab;
      touch-action: none;
    }
    .handle::before {
      content: "";
      position: absolute;
      inset: 0.4375rem;
      border: 2px solid #fff;
      border-radius: 50%;
      background: var(--colour);
      box-shadow: 0 0 0 1px #0008;
    }
    .handle.more::before {
      inset: 0.5625rem;
      border-width: 1px;
      opacity: 0.75;
    }
    .handle:focus-visible {
      outline: 2px solid #fff;
      outline-offset: -2px;
      box-shadow: 0 0 0 2px #000a;
    }
    .handle:active {
      cursor: grabbing;
    }
    @media (pointer: coarse) {
      .handle {
        width: 2.5rem;
        height: 2.5rem;
      }
      .handle::before {
        inset: 0.6875rem;
      }
      .handle.more::before {
        inset: 0.875rem;
      }
    }
    .dot {
      position: absolute;
      width: 0.625rem;
      height: 0.625rem;
      border: 2px solid #fff;
      border-radius: 50%;
      background: var(--colour);
      translate: -50% -50%;
      pointer-events: none;
    }
    .dot.first {
      width: 1rem;
      height: 1rem;
    }
    .blind {
      position: absolute;
      inset: 0;
      display: grid;
      place-content: center;
      padding: 1rem;
      color: #a4aebb;
      text-align: center;
      pointer-events: none;
    }
  `,
];
