// How the page of a plugin looks.

import { css } from "lit";

export const detailStyles = css`
  .crumbs {
    margin-bottom: 0.25rem;
  }
  .crumbs a {
    display: inline-block;
    min-height: 1.75rem;
    line-height: 1.75rem;
  }
  .bar {
    margin-bottom: 0.25rem;
  }
  .lead {
    max-width: 44rem;
    margin-bottom: 1.25rem;
  }
  .tabs {
    margin-bottom: 1rem;
  }
  .form {
    max-width: 52rem;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr));
    gap: 1rem;
  }
  section h2 {
    margin-bottom: 0.75rem;
  }
  .list {
    display: grid;
    gap: 0.5rem;
    margin-bottom: 0.5rem;
  }
  .list li {
    display: flex;
    gap: 0.625rem;
  }
  .list g-icon {
    margin-top: 0.125rem;
    color: var(--g-accent-text);
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.375rem 1.25rem;
  }
  dt {
    color: var(--g-muted);
  }
  dd code {
    margin-right: 0.25rem;
  }
  .note,
  .trouble {
    display: flex;
    gap: 1rem;
  }
  .note g-icon {
    color: var(--g-warn);
  }
  .trouble g-icon {
    margin-top: 0.125rem;
    color: var(--g-bad);
  }
  .trouble h2 {
    margin-bottom: 0.25rem;
  }
  .trouble {
    border-color: color-mix(in srgb, var(--g-bad) 45%, var(--g-line));
    background: color-mix(in srgb, var(--g-bad) 6%, var(--g-surface));
  }
  .trouble.warn {
    border-color: color-mix(in srgb, var(--g-warn) 45%, var(--g-line));
    background: color-mix(in srgb, var(--g-warn) 6%, var(--g-surface));
  }
  .trouble.warn g-icon {
    color: var(--g-warn);
  }
  .trouble.off {
    border-color: var(--g-line);
    background: var(--g-surface);
  }
  .trouble.off g-icon {
    color: var(--g-muted);
  }
  .reason {
    margin-bottom: 0.25rem;
    font-weight: 550;
  }
  summary {
    min-height: 1.75rem;
    cursor: pointer;
    font-weight: 600;
  }
  details pre {
    margin-top: 0.75rem;
    max-height: 24rem;
  }
`;
