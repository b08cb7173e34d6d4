// How the page about the hub looks.

import { css } from "lit";

export const statusStyles = css`
  .meters {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr));
    gap: 1rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    margin-bottom: 0.75rem;
  }
  .head a {
    line-height: 1.75rem;
    display: inline-block;
  }
  .legend {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    color: var(--g-muted);
  }
  .key {
    width: 0.75rem;
    height: 3px;
    border-radius: 2px;
    background: var(--g-accent);
  }
  .key.second {
    margin-left: 0.625rem;
    background: var(--g-warn);
  }
  g-chart {
    display: block;
    min-height: 180px;
  }
  .checks {
    display: grid;
    gap: 0.5rem;
  }
  .check {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.25rem 1rem;
    padding: 0.75rem 1rem;
    border-color: color-mix(in srgb, var(--g-warn) 45%, var(--g-line));
    background: color-mix(in srgb, var(--g-warn) 6%, var(--g-surface));
  }
  .check > g-icon {
    color: var(--g-warn);
  }
  .check.failed {
    border-color: color-mix(in srgb, var(--g-bad) 45%, var(--g-line));
    background: color-mix(in srgb, var(--g-bad) 6%, var(--g-surface));
  }
  .check.failed > g-icon {
    color: var(--g-bad);
  }
  .scroll {
    margin-inline: -0.75rem;
    overflow-x: auto;
  }
  .figure {
    text-align: end;
  }
  .id {
    font-weight: 600;
  }
  .plugins {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr));
    gap: 0 1rem;
  }
  .plugins a {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    min-height: 2.25rem;
    padding: 0 0.5rem;
    margin-inline: -0.5rem;
    border-radius: var(--g-radius-small);
    color: inherit;
    text-decoration: none;
  }
  .plugins a:hover {
    background: var(--g-hover);
  }
  .plugins .muted {
    margin-left: auto;
    flex: none;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem 2rem;
    padding: 0 0.25rem;
  }
  dt {
    color: var(--g-muted);
    font-size: var(--g-size-small);
  }
  @media (max-width: 48rem) {
    .meters {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      gap: 0.625rem;
    }
    th,
    td {
      padding-inline: 0.375rem;
    }
    .pid {
      display: none;
    }
    .scroll {
      margin-inline: -0.375rem;
    }
  }
  .scroll td {
    white-space: nowrap;
  }
`;
