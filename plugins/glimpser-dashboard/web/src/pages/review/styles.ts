// How the page is laid out.

import { css } from "lit";

export const styles = css`
  .layout {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 17rem;
    gap: 1.5rem;
    align-items: start;
  }
  aside {
    position: sticky;
    top: 1rem;
  }
  .main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    min-width: 0;
  }
  .news {
    position: sticky;
    z-index: 8;
    top: 0.75rem;
    justify-self: center;
    height: 0;
  }
  .news .button {
    border-radius: 99px;
    box-shadow: var(--g-deep);
    transform: translateY(0.5rem);
  }
  .days {
    padding: 0.125rem 1rem;
  }
  .days[open] {
    padding-bottom: 0.75rem;
  }
  .days summary {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2.25rem;
    cursor: pointer;
  }
  .chosen {
    position: sticky;
    z-index: 9;
    bottom: calc(0.75rem + var(--g-bar));
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-raised);
    box-shadow: var(--g-deep);
  }
  .waiting {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 14.5rem), 1fr));
    gap: 0.75rem;
    padding-top: 2.75rem;
  }
  .waiting i {
    aspect-ratio: 16 / 13;
    border-radius: var(--g-radius);
    background: var(--g-surface);
    animation: breathe 1.6s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.5;
    }
  }
  .keys {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.625rem 1.25rem;
    align-items: center;
  }
  .keys dt {
    display: flex;
    gap: 0.25rem;
  }
  kbd {
    min-width: 1.625rem;
    padding: 0 0.4375rem;
    border: 1px solid var(--g-line);
    border-bottom-width: 2px;
    border-radius: 6px;
    background: var(--g-raised);
    font: 0.75rem/1.5rem var(--g-mono);
    text-align: center;
  }
  @media (max-width: 64rem) {
    .layout {
      grid-template-columns: minmax(0, 1fr);
      gap: 0.75rem;
    }
  }
  @media (max-width: 48rem) {
    .help {
      display: none;
    }
    .bar {
      margin-bottom: 0.5rem;
    }
    .waiting {
      grid-template-columns: minmax(0, 1fr);
    }
    .waiting i {
      aspect-ratio: auto;
      height: 5.5rem;
    }
  }
`;
