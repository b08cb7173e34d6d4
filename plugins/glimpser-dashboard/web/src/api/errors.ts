// What the hub refuses, in one shape.

import { msg } from "@lit/localize";
import { said } from "../locale/said.js";

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  params?: Record<string, unknown>;
  trace_id?: string;
  errors?: { field: string; message: string }[];
}

function told(text: string): string {
  return said(text.charAt(0).toUpperCase() + text.slice(1));
}

/** What the hub refused. `status` 0: it was not reached. `fields`: messages by JSON pointer. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly params: Record<string, unknown>;
  readonly trace: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Seconds until it may be tried again; 0 where the hub did not say. */
  readonly retryAfter: number;

  constructor(status: number, problem: Problem, retryAfter = 0) {
    const text = problem.detail || problem.title || msg("The hub did not answer as expected.");
    super(told(text));
    this.name = "Refused";
    this.status = status;
    this.code = problem.code ?? "";
    this.params = problem.params ?? {};
    this.trace = problem.trace_id ?? "";
    this.fields = new Map((problem.errors ?? []).map((error) => [error.field, told(error.message)]));
    this.retryAfter = retryAfter;
  }
}

/** The refusal that an answer is. */
export async function refusal(response: Response): Promise<Refused> {
  const problem: Problem = await response.json().catch(() => ({}));
  return new Refused(response.status, problem, Number(response.headers.get("Retry-After")) || 0);
}

/** What a person is told about an error of any kind. */
export function words(error: unknown): string {
  return error instanceof Refused ? error.message : msg("Something went wrong in this page. Load it again.");
}
