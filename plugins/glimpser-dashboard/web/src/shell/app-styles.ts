// The frame: a menu at the side, or at the foot of small screens.

import { css } from "lit";

export const appStyles = css`
  .frame {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    min-height: 100dvh;
  }
  .frame.alone {
    grid-template-columns: minmax(0, 1fr);
  }
  .side {
    position: sticky;
    top: 0;
    height: 100dvh;
  }
  .bottom {
    display: none;
  }
  .column {
    display: flex;
    flex-direction: column;
    min-width: 0;
  }
  main {
    flex: 1;
    padding: 1.25rem var(--g-page) calc(2.5rem + var(--g-bar));
  }
  main:focus-visible {
    outline: none;
  }
  .skip {
    position: fixed;
    z-index: 40;
    top: 0.5rem;
    left: 0.5rem;
    padding: 0.5rem 0.875rem;
    border-radius: var(--g-radius-small);
    background: var(--g-raised);
    transform: translateY(-200%);
  }
  .skip:focus {
    box-shadow: var(--g-deep);
    transform: none;
  }
  .loading {
    display: grid;
    place-items: center;
    min-height: 50vh;
  }
  .loading::after {
    content: "";
    width: 2rem;
    height: 2rem;
    border: 3px solid var(--g-line);
    border-top-color: var(--g-accent);
    border-radius: 50%;
    animation:
      turn 0.9s linear infinite,
      appear 0.3s 0.25s both;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @media (max-width: 48rem) {
    .frame {
      grid-template-columns: minmax(0, 1fr);
    }
    .side {
      display: none;
    }
    .bottom {
      display: block;
    }
    main {
      padding-top: 0.875rem;
    }
  }
`;
