/** What both sides must know about tickets (A3, A4) and the WebSocket handshake. */
import * as z from "zod";
import { AppId, UserId } from "./ids.ts";

export const TICKET_ISSUER = "wakelight";
export const TICKET_AUDIENCE = "events";
/** seconds */
export const TICKET_LIFE = 300;

export const TicketClaims = z.object({
  iss: z.literal(TICKET_ISSUER),
  aud: z.literal(TICKET_AUDIENCE),
  sub: UserId,
  app: AppId,
  jti: z.string().min(8).max(128),
  iat: z.int(),
  exp: z.int(),
});
export type TicketClaims = z.infer<typeof TicketClaims>;

/** Answer of `POST /api/apps/:id/ticket`; `expiresAt` is ISO 8601, `url` the event endpoint without the ticket. */
export const TicketAnswer = z.object({ ticket: z.string(), expiresAt: z.string(), url: z.string() });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** The subprotocol that the server chooses; a client offers it together with its ticket. */
export const WS_PROTOCOL = "wakelight.v1";
const WS_TICKET = "wakelight.ticket.";

/** The subprotocols that a client offers. */
export const offerTicket = (ticket: string): string[] => [WS_PROTOCOL, WS_TICKET + ticket];

/** The ticket among the offered subprotocols (the value of `Sec-WebSocket-Protocol`), or null. */
export function offeredTicket(header: string | null): string | null {
  const offer = header?.split(",").map((p) => p.trim()).find((p) => p.startsWith(WS_TICKET));
  return offer ? offer.slice(WS_TICKET.length) : null;
}
