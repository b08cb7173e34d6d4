// How the log's page looks.

import { css } from "lit";

export const auditStyles = css`
  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 10.5rem), 1fr));
    align-items: end;
    gap: 0.625rem;
    margin-bottom: 1rem;
  }
  .filter {
    display: grid;
    gap: 0.125rem;
    min-width: 0;
  }
  .filter span {
    color: var(--g-muted);
    font-size: var(--g-size-small);
  }
  .filter :is(input, select) {
    min-width: 0;
    min-height: 2.25rem;
    padding-block: 0.25rem;
    border-color: var(--g-line);
  }
  .chip {
    max-width: 100%;
    white-space: normal;
  }
  li + li {
    border-top: 1px solid var(--g-line);
  }
  @media (max-width: 40rem) {
    .filters {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
