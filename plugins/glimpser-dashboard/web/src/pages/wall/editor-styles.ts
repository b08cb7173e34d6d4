// How laying out a wall looks.

import { css } from "lit";

export const editorStyles = css`
  .grid-stack {
    min-height: 18rem;
    border: 1px dashed var(--g-field);
    border-radius: var(--g-radius);
    background: var(--g-stage);
  }
  .grid-stack-item-content {
    display: grid;
    border: 1px solid #ffffff2e;
    border-radius: var(--g-radius-small);
    background: #10151b;
    color: #fff;
    cursor: grab;
    overflow: hidden;
    touch-action: none;
  }
  .grid-stack-item-content:focus-visible {
    outline-offset: -3px;
  }
  .ui-draggable-dragging .grid-stack-item-content {
    cursor: grabbing;
    box-shadow: var(--g-deep);
  }
  img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
    opacity: 0.55;
    pointer-events: none;
  }
  .name {
    position: absolute;
    right: 0.5rem;
    bottom: 0.375rem;
    left: 0.5rem;
    font-size: var(--g-size-small);
    font-weight: 600;
    text-shadow: 0 1px 4px #000;
    pointer-events: none;
  }
  button {
    position: absolute;
    top: 0.25rem;
    right: 0.25rem;
    display: grid;
    place-items: center;
    width: 1.75rem;
    height: 1.75rem;
    padding: 0;
    border: 0;
    border-radius: 6px;
    background: #000a;
    color: #fff;
    cursor: pointer;
  }
  .grid-stack-placeholder > .placeholder-content {
    border: 2px dashed var(--g-accent);
    border-radius: var(--g-radius-small);
    background: var(--g-tint);
  }
`;
