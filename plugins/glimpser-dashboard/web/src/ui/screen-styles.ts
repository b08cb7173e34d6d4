// How a screen looks.

import { css } from "lit";

export const screenStyles = css`
  .screen {
    position: relative;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: inherit;
    background: var(--g-stage);
    color: #e9edf2;
  }
  :host {
    border-radius: var(--g-radius);
  }
  /* As large as what it stands in. */
  :host([fill]),
  :host([fill]) .screen {
    height: 100%;
    aspect-ratio: auto;
  }
  :host(:fullscreen) .screen {
    width: 100%;
    height: 100%;
    aspect-ratio: auto;
    border-radius: 0;
  }
  canvas,
  video {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: contain;
    visibility: hidden;
  }
  .has-picture canvas,
  .has-picture video {
    visibility: visible;
  }
  .alert::after {
    content: "";
    position: absolute;
    inset: 0;
    z-index: 1;
    border: 3px solid var(--g-alert);
    border-radius: inherit;
    pointer-events: none;
  }
  .placeholder {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 0.25rem;
    padding: 1rem 1.25rem 2.5rem;
    color: #a4aebb;
    font-size: var(--g-size-small);
    text-align: center;
    overflow: hidden;
  }
  .placeholder g-icon {
    font-size: 1.5rem;
    opacity: 0.7;
  }
  .placeholder p {
    max-width: 40ch;
    overflow: hidden;
    display: -webkit-box;
    -webkit-line-clamp: 3;
    -webkit-box-orient: vertical;
  }
  .status {
    color: #e9edf2;
    font-weight: 600;
  }
  [data-status="starting"] .status {
    animation: breathe 1.6s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  .badges {
    position: absolute;
    top: 0.625rem;
    left: 0.625rem;
    z-index: 2;
    display: flex;
    gap: 0.375rem;
  }
  .badge {
    padding: 0.125rem 0.5625rem;
    border-radius: 99px;
    font-size: 0.75rem;
    font-weight: 650;
    line-height: 1.5;
  }
  .badge.motion {
    background: #d02634;
    color: #fff;
  }
  .badge.slow {
    background: #f59e0b;
    color: #291800;
  }
`;
