// Small panels that open below a button.

import { css } from "lit";

export const menuStyles = css`
  details {
    position: relative;
  }
  summary {
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  .menu {
    position: absolute;
    top: calc(100% + 0.375rem);
    right: 0;
    z-index: 12;
    display: grid;
    gap: 0.125rem;
    width: max-content;
    min-width: 13rem;
    max-width: min(20rem, calc(100vw - 2rem));
    padding: 0.375rem;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-raised);
    box-shadow: var(--g-deep);
  }
  .menu .item {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    flex: 1;
    min-width: 0;
    min-height: 2.25rem;
    padding: 0.25rem 0.625rem;
    border: 0;
    border-radius: var(--g-radius-small);
    background: none;
    color: var(--g-text);
    font: inherit;
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }
  .menu .item:hover {
    background: var(--g-hover);
  }
  .menu form,
  .menu .hint {
    padding: 0.375rem 0.625rem;
  }
  .pair {
    display: flex;
    align-items: center;
  }
`;
