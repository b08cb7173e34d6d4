// How an activity in its dialog looks.

import { css } from "lit";

export const detailStyles = css`
  .detail {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.875rem;
  }
  .stage {
    display: grid;
    place-items: center;
    aspect-ratio: 16 / 9;
    max-height: min(56vh, 34rem);
    width: 100%;
    border-radius: var(--g-radius);
    background: var(--g-stage);
    overflow: hidden;
  }
  .stage video,
  .stage img {
    width: 100%;
    height: 100%;
    min-height: 0;
    object-fit: contain;
  }
  .facts,
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
  }
  .foot {
    gap: 0.5rem;
  }
  .facts span:not(.chip) {
    color: var(--g-muted);
  }
  .stream {
    font-weight: 600;
    text-decoration: none;
  }
  .chip.note {
    background: var(--g-tint);
    color: var(--g-accent-text);
  }
  .events {
    max-height: 11rem;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius-small);
    overflow: auto;
  }
  .events:empty {
    min-height: 2.25rem;
  }
  .events li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.375rem 0.75rem;
    padding: 0.375rem 0;
    font-size: var(--g-size-small);
  }
  .events li[aria-current] {
    background: var(--g-hover);
    box-shadow: inset 3px 0 var(--g-accent);
  }
  .events li + li {
    border-top: 1px solid var(--g-line);
  }
  .events time {
    color: var(--g-muted);
  }
  .events g-panels {
    flex-basis: 100%;
    min-width: 0;
  }
  .said {
    flex: 1;
    min-width: 0;
  }
  .level {
    align-self: center;
  }
`;
