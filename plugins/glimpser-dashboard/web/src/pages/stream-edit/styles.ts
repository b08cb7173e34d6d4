// The foot of long forms: what can be done with all of it, always in sight.

import { css } from "lit";

export const footStyles = css`
  .whole {
    gap: 0;
  }
  .foot {
    position: sticky;
    bottom: var(--g-bar);
    z-index: 5;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 0.5rem;
    margin-top: 1rem;
    padding: 0.75rem 0 max(0.75rem, env(safe-area-inset-bottom));
    border-top: 1px solid var(--g-line);
    background: var(--g-ground);
  }
`;
