// How the page of walls looks.

import { css } from "lit";

export const pageStyles = css`
  .choice {
    font-weight: 600;
  }
  .editing {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 19rem;
    align-items: start;
    gap: 1rem;
  }
  .shared {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
  }
  @media (max-width: 60rem) {
    .editing {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (max-width: 48rem) {
    .full {
      display: none;
    }
    .bar .choice {
      flex: 1;
    }
  }
`;
