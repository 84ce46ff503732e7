/** What a request brings to prove something, before anybody has looked whether it is true (A4). */
import { queryOf } from "../http/url.ts";
import { offeredTicket } from "../protocol/ticket.ts";
import { looksLikeApiToken } from "./api_tokens.ts";

type Headed = Pick<Request, "headers" | "url">;

function bearer(authorization: string | null): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** The API token in `Authorization`, or null. */
export const apiTokenFrom = (req: Headed): string | null => apiTokenIn(req.headers.get("authorization"));

/** The same, of the header's value. */
export function apiTokenIn(authorization: string | null): string | null {
  const value = bearer(authorization);
  return value !== null && looksLikeApiToken(value) ? value : null;
}

/** The ticket in `Authorization`, else among the WebSocket subprotocols, else in `?ticket=`; or null. */
export function ticketFrom(req: Headed): string | null {
  const value = bearer(req.headers.get("authorization"));
  if (value !== null && !looksLikeApiToken(value)) return value;
  const offered = offeredTicket(req.headers.get("sec-websocket-protocol"));
  if (offered !== null) return offered;
  return queryOf(req.url).get("ticket") || null;
}
