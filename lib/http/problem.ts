/** Refusals as values inside, and as RFC 9457 answers outside. */
import { problem, type ProblemCode, statusOf } from "../protocol/problem.ts";

/** Something that was expected to happen and is not granted. `detail` is shown to the client: no secret, no foreign text. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

export const granted = <T>(value: T): Result<T> => ({ ok: true, value });

export const refuse = (code: ProblemCode, detail?: string): Refusal =>
  detail === undefined ? { ok: false, code } : { ok: false, code, detail };

/** Status → seconds to wait before asking again: a client that is not told comes back at once. */
const RETRY_AFTER: Readonly<Record<number, number>> = { 429: 30, 503: 3 };

/**
 * The answer for a refusal: `application/problem+json`, never cached. 429 and 503 carry `Retry-After`, 401 carries
 * `WWW-Authenticate`; `headers` come on top and win.
 */
export function problemResponse(code: ProblemCode, detail?: string, headers?: HeadersInit): Response {
  const status = statusOf(code);
  const all = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  const wait = RETRY_AFTER[status];
  if (wait !== undefined) all.set("retry-after", String(wait));
  if (status === 401) all.set("www-authenticate", "Bearer");
  new Headers(headers).forEach((value, name) => all.set(name, value));
  return new Response(JSON.stringify(problem(code, detail)), { status, headers: all });
}

/** The same, for a refusal at hand. */
export const refusalResponse = (refusal: Refusal, headers?: HeadersInit): Response =>
  problemResponse(refusal.code, refusal.detail, headers);
