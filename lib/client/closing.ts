/** What the end of a connection means for the next step. */

/**
 * Why a connection ended. Codes up to 1015 are WebSocket's own; the server's refusals are 4000 + HTTP status with
 * the problem's code as reason, and the HTTP transports translate a status into the same.
 */
export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly retryAfterMs?: number;
}

export type Refusal = "signed-out" | "forbidden" | "gone";

export type Verdict = "new-ticket" | "no-cursor" | "back-off" | "lost" | Refusal;

/**
 * | code | verdict | what the client does |
 * |---|---|---|
 * | 4401 | new-ticket | asks for another ticket at once, once |
 * | 4400 `invalid_cursor` | no-cursor | starts from the newest lines, once |
 * | 4403, 4404 | forbidden, gone | says so and stays away |
 * | other 4xxx with a reason (4429, 4500, 4503) | back-off | Wakelight has spoken: another transport would hear the same |
 * | the rest | lost | another transport if nothing ever came, else a retry |
 *
 * A status without one of our codes is a proxy's (502, 405), and the next transport may get past it.
 */
export function verdictOf({ code, reason }: Closing): Verdict {
  if (code === 4401) return "new-ticket";
  if (code === 4403) return "forbidden";
  if (code === 4404 || code === 4410) return "gone";
  if (code === 4400 && reason === "invalid_cursor") return "no-cursor";
  return code >= 4000 && reason !== "" ? "back-off" : "lost";
}

/** A refused ticket speaks for the person, not for the ticket: whoever may not have one is signed out. */
export function refusalOfTicket(status: number | undefined): Refusal | null {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  return status === 404 || status === 410 ? "gone" : null;
}
