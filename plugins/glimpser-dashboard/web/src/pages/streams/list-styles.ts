// How the list of streams looks.

import { css } from "lit";

export const listStyles = css`
  [role="table"] {
    --columns: 5.5rem minmax(0, 2fr) 8rem minmax(0, 1.5fr) 8rem;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
    overflow: hidden;
  }
  .pickable {
    --columns: 2rem 5.5rem minmax(0, 2fr) 8rem minmax(0, 1.5fr) 8rem;
  }
  .head,
  .row {
    display: grid;
    grid-template-columns: var(--columns);
    align-items: center;
    gap: 0 1rem;
    padding: 0 1rem;
  }
  .head {
    min-height: 2.5rem;
    border-bottom: 1px solid var(--g-line);
    color: var(--g-muted);
    font-size: var(--g-size-small);
    font-weight: 600;
  }
  .rows {
    position: relative;
  }
  .row {
    position: absolute;
    top: 0;
    right: 0;
    left: 0;
    flex-wrap: nowrap;
    height: 68px;
    border-bottom: 1px solid var(--g-line);
  }
  .row:hover {
    background: var(--g-hover);
  }
  .row.chosen {
    background: var(--g-tint);
  }
  .row > * {
    min-width: 0;
  }
  g-thumb {
    width: 5.5rem;
  }
  .pick {
    display: grid;
    place-items: center;
    width: 2rem;
    height: 2rem;
    margin-left: -0.375rem;
  }
  .name {
    display: grid;
  }
  .name a {
    min-height: 1.5rem;
    color: var(--g-text);
    font-weight: 600;
    text-decoration: none;
  }
  .name a:hover {
    text-decoration: underline;
  }
  .status {
    display: flex;
  }
  .facts {
    display: -webkit-box;
    overflow: hidden;
    -webkit-line-clamp: 2;
    -webkit-box-orient: vertical;
  }
  @media (max-width: 62rem) {
    [role="table"] {
      --columns: 4.5rem minmax(0, 1fr) auto;
      border-inline: 0;
      border-radius: 0;
      margin-inline: calc(-1 * var(--g-page));
    }
    .pickable {
      --columns: 1.5rem 4.5rem minmax(0, 1fr) auto;
    }
    .head,
    .row {
      gap: 0 0.75rem;
      padding: 0 var(--g-page);
    }
    .facts,
    .last,
    .head > :nth-last-child(-n + 2) {
      display: none;
    }
    g-thumb {
      width: 4.5rem;
    }
  }
`;
