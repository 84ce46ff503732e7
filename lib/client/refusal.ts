/** What an HTTP refusal says, read with care: it may come from a proxy that knows no problem+json. */
import { Problem } from "../protocol/problem.ts";
import type { Closing } from "./closing.ts";

export interface HttpRefusal {
  readonly status: number;
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** Reads and so releases the body. Never throws. */
export async function readRefusal(response: Response): Promise<HttpRefusal> {
  const body = Problem.safeParse(await response.json().catch(() => null));
  const retryAfterMs = retryAfter(response.headers.get("Retry-After"));
  return {
    status: response.status,
    code: body.success ? body.data.code : "",
    message: body.success
      ? body.data.detail ?? body.data.title
      : `The server answered with status ${response.status}.`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** The same refusal as a WebSocket would bring it. */
export async function closingOf(response: Response): Promise<Closing> {
  const { status, code, retryAfterMs } = await readRefusal(response);
  return { code: 4000 + status, reason: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Seconds only: the form with a date needs a clock that agrees with the server's. */
function retryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1000 : undefined;
}
