// How the matrix looks.

import { css } from "lit";

export const matrixStyles = css`
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    margin-bottom: 0.75rem;
  }
  .head h2 {
    flex: 1;
  }
  .head select {
    width: auto;
    max-width: 100%;
  }
  .scroll {
    position: relative;
    max-height: 75vh;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
    overflow: auto;
  }
  thead th {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--g-raised);
    box-shadow: 0 1px var(--g-line);
  }
  thead th:first-child {
    left: 0;
    z-index: 3;
  }
  th:first-child {
    padding-left: 1.25rem;
  }
  .column {
    width: 8rem;
    max-width: 8rem;
    text-align: center;
  }
  .column .truncate {
    display: block;
  }
  tbody th {
    position: sticky;
    left: 0;
    z-index: 1;
    border-top: 1px solid var(--g-line);
    background: var(--g-surface);
    color: var(--g-text);
    font-size: var(--g-size);
    font-weight: 450;
    white-space: normal;
  }
  tbody th code {
    display: block;
    font-size: 0.75rem;
  }
  td {
    padding: 0.25rem;
    text-align: center;
  }
  tr.area th {
    padding-top: 1rem;
    color: var(--g-muted);
    font-size: 0.75rem;
    font-weight: 650;
    letter-spacing: 0.04em;
    text-transform: uppercase;
  }
  tbody:first-of-type tr.area th {
    border-top: 0;
  }
  tbody tr:not(.area):hover :is(th, td) {
    background: var(--g-hover);
  }
  .has {
    color: var(--g-good);
  }
  .inherited {
    color: var(--g-muted);
  }
  .has,
  .press {
    display: inline-grid;
    place-items: center;
    width: 2rem;
    height: 2rem;
  }
  .not::before {
    content: "–";
    color: var(--g-muted);
    opacity: 0.6;
  }
  .save {
    position: sticky;
    bottom: calc(var(--g-bar) + 0.75rem);
    z-index: 5;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
    margin-top: 0.75rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--g-accent);
    border-radius: var(--g-radius);
    background: var(--g-raised);
    box-shadow: var(--g-deep);
  }
  .save .wrong {
    width: 100%;
  }
  @media (max-width: 52rem) {
    .scroll {
      max-height: none;
    }
    .column {
      width: 4rem;
    }
    thead {
      display: none;
    }
  }
`;
