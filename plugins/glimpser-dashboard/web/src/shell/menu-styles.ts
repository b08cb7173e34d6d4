// How the menu looks.

import { css } from "lit";

export const menuStyles = css`
  nav:not(.row) {
    display: flex;
    flex-direction: column;
    gap: 0.125rem;
    width: 13.5rem;
    height: 100%;
    padding: 0.875rem 0.75rem max(0.75rem, env(safe-area-inset-bottom));
    border-right: 1px solid var(--g-line);
    background: var(--g-surface);
    overflow: hidden auto;
  }
  :host([narrow]) nav:not(.row) {
    width: 4rem;
  }
  :host([narrow]:not([bar])) .words {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .brand {
    margin-bottom: 0.5rem;
    color: var(--g-text);
    font-size: 1.0625rem;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .brand img {
    margin: 0 -0.25rem;
  }
  h2 {
    margin: 0.875rem 0.625rem 0.25rem;
    color: var(--g-muted);
    font-size: 0.75rem;
    font-weight: 600;
    letter-spacing: 0.02em;
  }
  ul {
    display: grid;
    gap: 0.125rem;
  }
  a,
  button {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    width: 100%;
    min-height: 2.25rem;
    padding: 0 0.625rem;
    border: 0;
    border-radius: var(--g-radius-small);
    background: none;
    color: var(--g-muted);
    font: inherit;
    font-weight: 550;
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }
  a:hover,
  button:hover {
    background: var(--g-hover);
    color: var(--g-text);
  }
  a[aria-current] {
    background: var(--g-tint);
    color: var(--g-accent-text);
  }
  .brand:hover {
    background: none;
  }
  .fold {
    margin-top: 0.75rem;
    flex: none;
    font-weight: 400;
    font-size: var(--g-size-small);
  }
  :host([bar]) {
    position: fixed;
    z-index: 20;
    right: 0;
    bottom: 0;
    left: 0;
  }
  nav.row {
    display: grid;
    grid-auto-columns: minmax(0, 1fr);
    grid-auto-flow: column;
    gap: 0;
    min-height: 3.75rem;
    padding: 0 0.25rem env(safe-area-inset-bottom);
    border-top: 1px solid var(--g-line);
    background: var(--g-surface);
  }
  nav.row > * {
    flex-direction: column;
    justify-content: center;
    gap: 0.125rem;
    padding: 0;
    font-size: 0.75rem;
    text-align: center;
  }
  nav.row > a[aria-current] {
    background: none;
  }
  nav.row g-icon {
    font-size: 1.125rem;
  }
  .sheet a {
    min-height: 2.75rem;
  }
`;
