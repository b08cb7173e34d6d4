// What the pages about people share: lists that are tables on wide screens and cards on narrow ones, and settings in rows.

import { css } from "lit";

export const listStyles = css`
  .list {
    border: 1px solid var(--g-line);
    border-radius: var(--g-radius);
    background: var(--g-surface);
    overflow: hidden;
  }
  .list thead th {
    border-bottom: 1px solid var(--g-line);
  }
  .list tbody tr:first-child td {
    border-top: 0;
  }
  .list td:first-child,
  .list th:first-child {
    padding-left: 1.25rem;
  }
  .list td:last-child,
  .list th:last-child {
    padding-right: 1.25rem;
  }
  .list tbody tr.press:hover {
    background: var(--g-hover);
  }
  .list .end {
    text-align: end;
    white-space: nowrap;
  }
  .name {
    display: block;
    line-height: 1.625rem;
    font-weight: 600;
  }
  td a.name {
    color: var(--g-text);
    padding-block: 0.125rem;
    text-decoration: none;
  }
  td a.name:hover {
    text-decoration: underline;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    gap: 0.5rem;
    margin-top: 0.75rem;
  }
  .none {
    padding: 1.25rem;
    color: var(--g-muted);
  }
  @media (max-width: 52rem) {
    .list table,
    .list tbody,
    .list tr,
    .list td {
      display: block;
    }
    .list thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .list tr {
      padding: 0.75rem 1rem;
      border-top: 1px solid var(--g-line);
    }
    .list tr:first-child {
      border-top: 0;
    }
    .list td,
    .list td:first-child,
    .list td:last-child {
      padding: 0.125rem 0;
      border: 0;
    }
    .list td:empty {
      display: none;
    }
    .list td[data-label] {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem 0.75rem;
    }
    .list td[data-label]::before {
      content: attr(data-label);
      flex: none;
      width: 7rem;
      color: var(--g-muted);
      font-size: var(--g-size-small);
    }
    .list .end {
      margin-top: 0.25rem;
      text-align: start;
    }
  }
`;

/** Sections with what they are about at the left and their fields at the right. */
export const sectionStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 15rem) minmax(0, 1fr);
    gap: 0.75rem 2.5rem;
    padding: 1.75rem 0;
    border-top: 1px solid var(--g-line);
  }
  .about {
    display: grid;
    gap: 0.375rem;
    align-content: start;
  }
  .card {
    max-width: 46rem;
  }
  form.two,
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
    gap: 1rem;
    align-items: start;
  }
  .two > .whole {
    grid-column: 1 / -1;
  }
  .rows {
    margin: -0.25rem 0;
  }
  .rows > li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.75rem 0;
    border-top: 1px solid var(--g-line);
  }
  .rows > li:first-child {
    border-top: 0;
  }
  .rows .grow {
    flex: 1 1 12rem;
    min-width: 0;
  }
  @media (max-width: 60rem) {
    :host {
      grid-template-columns: minmax(0, 1fr);
      padding: 1.25rem 0;
    }
  }
`;
