// How an activity looks: a picture with words below it, or beside it where there is little room.

import { css } from "lit";

export const cardStyles = css`
  :host {
    display: block;
    min-width: 0;
    height: 100%;
  }
  article {
    position: relative;
    display: flex;
    flex-direction: column;
    height: 100%;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
    overflow: hidden;
    transition:
      border-color 0.12s,
      background-color 0.12s;
  }
  article:hover {
    border-color: var(--g-field);
  }
  article.chosen {
    border-color: var(--g-accent);
    background: color-mix(in srgb, var(--g-accent) 8%, var(--g-surface));
  }
  .open {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-width: 0;
    color: inherit;
    text-decoration: none;
    outline: none;
  }
  article:has(.open:focus-visible) {
    outline: 2px solid var(--g-accent);
    outline-offset: 2px;
  }
  .thumb {
    position: relative;
    flex: none;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    background: var(--g-stage);
  }
  .reviewed .thumb g-preview {
    opacity: 0.45;
    filter: saturate(0.6);
  }
  article:hover .thumb g-preview,
  article:has(.open:focus-visible) .thumb g-preview {
    opacity: 1;
    filter: none;
  }
  .over {
    position: absolute;
    bottom: 0.5rem;
    left: 0.5rem;
    display: flex;
    gap: 0.25rem;
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 0.25rem;
    padding: 0 0.4375rem;
    border-radius: 6px;
    background: #05070ac9;
    color: #e9edf2;
    font-size: 0.75rem;
    font-weight: 600;
    line-height: 1.375rem;
  }
  .tag.now {
    background: #d02634;
    color: #fff;
  }
  .tag.done {
    background: #15803d;
    color: #fff;
  }
  .text {
    display: grid;
    align-content: center;
    flex: 1;
    min-width: 0;
    padding: 0.5rem 3rem 0.5rem 0.75rem;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-width: 0;
    font-weight: 600;
  }
  .facts {
    color: var(--g-muted);
    font-size: var(--g-size-small);
  }
  .mark {
    position: absolute;
    right: 0.5rem;
    bottom: 1rem;
    display: grid;
    place-items: center;
    width: 2.25rem;
    height: 2.25rem;
    border: 1px solid transparent;
    border-radius: 50%;
    background: none;
    color: var(--g-muted);
    font: inherit;
    cursor: pointer;
  }
  .mark:hover {
    background: var(--g-hover);
    color: var(--g-text);
  }
  .mark[aria-pressed="true"] {
    color: var(--g-good);
  }
  .pick {
    position: absolute;
    top: 0.375rem;
    left: 0.375rem;
    display: grid;
    place-items: center;
    width: 1.75rem;
    height: 1.75rem;
    border-radius: 8px;
    background: #05070aa8;
    opacity: 0;
    cursor: pointer;
  }
  article:hover .pick,
  .pick:focus-within,
  .choosing .pick,
  .chosen .pick {
    opacity: 1;
  }
  @media (hover: none) {
    .pick {
      opacity: 0.85;
    }
  }
  :host([narrow]) .open {
    flex-direction: row;
  }
  :host([narrow]) .thumb {
    width: 9.25rem;
    aspect-ratio: auto;
  }
  :host([narrow]) .text {
    padding-right: 2.75rem;
  }
  :host([narrow]) .mark {
    right: 0.25rem;
    bottom: calc(50% - 1.125rem);
  }
`;
