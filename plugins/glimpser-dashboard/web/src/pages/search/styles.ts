// How searching looks.

import { css } from "lit";

export const searchStyles = css`
  search {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.5rem;
    max-width: 52rem;
    margin: 0 auto;
  }
  .box {
    position: relative;
  }
  .box g-icon {
    position: absolute;
    top: 50%;
    left: 1rem;
    color: var(--g-muted);
    transform: translateY(-50%);
    pointer-events: none;
  }
  .box input {
    min-height: 3.25rem;
    padding-left: 3rem;
    border-radius: var(--g-radius);
    font-size: 1.125rem;
  }
  h2 {
    margin-bottom: 0.5rem;
    font-size: var(--g-size-small);
    color: var(--g-muted);
  }
  ul {
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
    overflow: hidden;
  }
  li + li {
    border-top: 1px solid var(--g-line);
  }
  .hit {
    display: flex;
    align-items: center;
    gap: 0.875rem;
    min-height: 3.5rem;
    padding: 0.5rem 1rem;
    color: inherit;
    text-decoration: none;
  }
  .hit:hover,
  .hit:focus-visible {
    background: var(--g-hover);
    outline-offset: -2px;
  }
  .disc {
    display: grid;
    place-items: center;
    width: 2.25rem;
    height: 2.25rem;
    flex: none;
    border-radius: var(--g-radius-small);
    background: var(--g-tint);
    color: var(--g-accent-text);
  }
  .words {
    display: grid;
    flex: 1;
    min-width: 0;
  }
  .title,
  .detail {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  .title {
    font-weight: 550;
  }
  g-time {
    flex: none;
  }
  .ideas {
    display: grid;
    gap: 1.5rem;
  }
  .keys {
    text-align: center;
  }
  @media (max-width: 48rem) {
    .hit {
      flex-wrap: wrap;
      gap: 0.25rem 0.75rem;
    }
    g-time {
      width: 100%;
      padding-left: 3rem;
    }
    .keys {
      display: none;
    }
  }
`;
