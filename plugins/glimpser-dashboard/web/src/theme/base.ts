// Styles that every element has: type, buttons, fields, chips, tables. One sheet, shared by all shadow roots.

import { css } from "lit";
import { controls } from "./controls.js";

export const base = [
  css`
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    :host {
      display: block;
    }
    :host([hidden]),
    [hidden] {
      display: none !important;
    }
    h1,
    h2,
    h3,
    h4,
    p,
    ul,
    ol,
    dl,
    dd,
    pre,
    fieldset,
    figure {
      margin: 0;
      padding: 0;
      border: 0;
      min-width: 0;
    }
    ul,
    ol {
      list-style: none;
    }
    h1 {
      font-size: 1.375rem;
      line-height: 1.3;
      font-weight: 650;
      letter-spacing: -0.012em;
    }
    h2 {
      font-size: 1.0625rem;
      line-height: 1.4;
      font-weight: 650;
    }
    h3 {
      font-size: 0.9375rem;
      font-weight: 650;
    }
    a {
      color: var(--g-accent-text);
    }
    :focus-visible {
      outline: 2px solid var(--g-accent);
      outline-offset: 2px;
    }
    code,
    pre {
      font: 0.8125rem/1.6 var(--g-mono);
    }
    pre {
      padding: 0.75rem 1rem;
      border: 1px solid var(--g-line);
      border-radius: var(--g-radius-small);
      background: var(--g-ground);
      overflow: auto;
    }
    .muted,
    .hint {
      color: var(--g-muted);
    }
    .small,
    .hint {
      font-size: var(--g-size-small);
    }
    .good {
      color: var(--g-good);
    }
    .warn {
      color: var(--g-warn);
    }
    .wrong {
      color: var(--g-bad);
      font-size: var(--g-size-small);
    }
    .unseen {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    .gap {
      flex: 1;
    }
    .truncate {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem 0.75rem;
    }
    .stack {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1rem;
      align-content: start;
    }
    .card {
      padding: 1rem 1.25rem;
      border: 1px solid var(--g-line);
      border-radius: var(--g-radius);
      background: var(--g-surface);
    }
    /* The head of a page: its name, what it is about, what can be done. */
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem 0.75rem;
      min-height: 2.5rem;
      margin-bottom: 1.25rem;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: flex-end;
      gap: 0.5rem;
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation-duration: 0.01ms !important;
        animation-iteration-count: 1 !important;
        transition-duration: 0.01ms !important;
      }
    }
  `,
  controls,
];
