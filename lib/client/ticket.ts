/** Fetches the ticket that every connect needs (A3, A20). */
import { TicketAnswer } from "../protocol/ticket.ts";
import { readRefusal } from "./refusal.ts";
import type { TicketResult } from "./transport.ts";

export interface TicketRequest {
  /** absolute address of the server */
  readonly base: string;
  readonly appId: string;
  /** Where there is no session cookie: terminals, scripts. */
  readonly apiToken?: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/**
 * `POST /api/apps/:id/ticket` with the page's session.
 *
 * @returns the ticket with the event endpoint's absolute address; a refusal, or no connection, as a value
 */
export async function fetchTicket(request: TicketRequest): Promise<TicketResult> {
  const { base, appId, apiToken, fetch, signal } = request;
  const headers: Record<string, string> = apiToken ? { Authorization: `Bearer ${apiToken}` } : {};
  try {
    const address = new URL(`/api/apps/${encodeURIComponent(appId)}/ticket`, base);
    const response = await fetch(address, { method: "POST", cache: "no-store", headers, signal });
    if (!response.ok) return { ok: false, ...(await readRefusal(response)) };
    const { ticket, url } = TicketAnswer.parse(await response.json());
    return { ok: true, ticket, url: endpoint(url, base) };
  } catch {
    // Not reached, cut off, or no ticket in the answer: all of them worth another try later.
    return { ok: false };
  }
}

/**
 * The server names its event endpoint, but one behind a proxy that ends TLS may believe that it is on plain http,
 * where a page on https may not connect.
 */
function endpoint(url: string, base: string): string {
  const address = new URL(url, base);
  const own = new URL(base);
  if (address.host === own.host) address.protocol = own.protocol;
  return address.href;
}
