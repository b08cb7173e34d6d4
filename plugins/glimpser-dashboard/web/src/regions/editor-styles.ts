// How the region editor looks.

import { css } from "lit";

export const editorStyles = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem;
  }
  .swatch {
    width: 0.75rem;
    height: 0.75rem;
    flex: none;
    border-radius: 3px;
    background: var(--colour);
  }
  .both {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  .picture {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.375rem;
  }
  .list {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
    align-content: start;
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) minmax(0, 10rem) auto auto;
    align-items: center;
    gap: 0.375rem;
    padding: 0.25rem 0.25rem 0.25rem 0.625rem;
    border: 1px solid transparent;
    border-radius: var(--g-radius-small);
  }
  li.chosen {
    border-color: var(--colour);
  }
  li input,
  li select {
    min-height: 2.25rem;
  }
  @media (max-width: 30rem) {
    li {
      grid-template-columns: auto minmax(0, 1fr) auto auto;
    }
    li select {
      grid-row: 2;
      grid-column: 2 / -1;
    }
  }
`;
