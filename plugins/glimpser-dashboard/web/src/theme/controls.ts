// Buttons, fields, chips and tables.

import { css } from "lit";

export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.25rem;
    padding: 0.25rem 0.875rem;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius-small);
    background: var(--g-raised);
    color: var(--g-text);
    font: inherit;
    font-weight: 550;
    text-decoration: none;
    overflow-wrap: normal;
    cursor: pointer;
    transition:
      background-color 0.12s,
      border-color 0.12s;
  }
  .button:hover {
    border-color: var(--g-field);
    background: var(--g-hover);
  }
  .button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  .button.square {
    width: 2.25rem;
    padding: 0;
    flex: none;
  }
  .button.ghost {
    border-color: transparent;
    background: none;
    color: var(--g-muted);
  }
  .button.ghost:hover {
    background: var(--g-hover);
    color: var(--g-text);
  }
  .button.small {
    min-height: 1.875rem;
    padding: 0.125rem 0.625rem;
    font-size: var(--g-size-small);
  }
  .button.wide {
    width: 100%;
    min-height: 2.5rem;
  }
  .button.primary {
    border-color: transparent;
    background: var(--g-accent);
    color: var(--g-on-accent);
  }
  .button.primary:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  .button.danger {
    border-color: transparent;
    background: var(--g-danger);
    color: #fff;
  }
  .button.danger:hover {
    filter: brightness(1.08);
  }
  .button[aria-pressed="true"] {
    border-color: transparent;
    background: var(--g-tint);
    color: var(--g-accent-text);
  }
  .segments {
    display: inline-flex;
    padding: 2px;
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
  }
  .segments .button {
    border-color: transparent;
    background: none;
    color: var(--g-muted);
  }
  .segments .button[aria-pressed="true"] {
    background: var(--g-tint);
    color: var(--g-text);
  }
  input:where(:not([type="checkbox"], [type="radio"], [type="range"], [type="color"])),
  select,
  textarea {
    width: 100%;
    min-height: 2.5rem;
    padding: 0.375rem 0.75rem;
    border: 1px solid var(--g-field);
    border-radius: var(--g-radius-small);
    background: var(--g-raised);
    color: var(--g-text);
    font: inherit;
  }
  select {
    padding-right: 0.25rem;
    text-overflow: ellipsis;
  }
  textarea {
    min-height: 5rem;
    resize: vertical;
  }
  .bar select,
  .bar input:where(:not([type="checkbox"])) {
    width: auto;
    max-width: 16rem;
    min-height: 2.25rem;
    padding-block: 0.25rem;
    border-color: var(--g-line);
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 1.125rem;
    height: 1.125rem;
    margin: 0;
    flex: none;
    accent-color: var(--g-accent);
  }
  ::placeholder {
    color: var(--g-muted);
    opacity: 0.85;
  }
  [aria-invalid="true"] {
    border-color: var(--g-bad) !important;
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .field {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
  }
  .field > label,
  .field > .label {
    font-weight: 550;
  }
  .field.check {
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: 0.25rem 0.625rem;
    min-height: 1.5rem;
  }
  .field.check > input {
    width: 24px;
    height: 24px;
  }
  .field.check > .hint,
  .field.check > .wrong {
    grid-column: 2;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    max-width: 100%;
    padding: 0.0625rem 0.5rem;
    border-radius: 99px;
    background: color-mix(in srgb, var(--g-muted) 16%, transparent);
    color: var(--g-muted);
    font-size: 0.75rem;
    font-weight: 600;
    overflow-wrap: anywhere;
    text-wrap: balance;
  }
  a.chip {
    min-height: 24px;
  }
  .chip.good {
    background: color-mix(in srgb, var(--g-good) 15%, transparent);
    color: var(--g-good);
  }
  .chip.warn {
    background: color-mix(in srgb, var(--g-warn) 15%, transparent);
    color: var(--g-warn);
  }
  .chip.bad {
    background: color-mix(in srgb, var(--g-bad) 15%, transparent);
    color: var(--g-bad);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    padding: 0.5rem 0.75rem;
    color: var(--g-muted);
    font-size: var(--g-size-small);
    font-weight: 600;
    text-align: start;
    white-space: nowrap;
  }
  td {
    min-width: 4.5rem;
    padding: 0.625rem 0.75rem;
    border-top: 1px solid var(--g-line);
    vertical-align: middle;
  }
`;
