// Small dots before a name: how a thing is, and how grave something was.

import { css } from "lit";

/** `<span class="dot ${statusKind(…)}">` */
export const dots = css`
  .dot {
    width: 0.5rem;
    height: 0.5rem;
    flex: none;
    border-radius: 50%;
    background: var(--g-muted);
  }
  .dot.good {
    background: var(--g-good);
  }
  .dot.warn {
    background: var(--g-warn);
  }
  .dot.bad {
    background: var(--g-bad);
  }
`;

/** `<span class="level ${severityKind(…)}">` */
export const levels = css`
  .level {
    width: 0.5rem;
    height: 0.5rem;
    flex: none;
    border-radius: 50%;
    background: var(--g-field);
  }
  .level.bad {
    background: var(--g-alert);
  }
  .level.warn {
    background: var(--g-warn);
  }
  .level.note {
    background: var(--g-accent);
  }
`;
