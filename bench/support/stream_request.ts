/** How a stream is asked for on a raw connection. Pure. */
import { offerTicket } from "../../lib/protocol/ticket.ts";
import type { Transport } from "./transports.ts";

const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
];

/** @param ticket null where nobody is asked */
export function streamRequest(path: string, transport: Transport, ticket: string | null): string {
  const headers = transport === "sse" ? ["Accept: text/event-stream"] : UPGRADE;
  const proof = ticket === null
    ? []
    : transport === "sse"
    ? [`Authorization: Bearer ${ticket}`]
    : [`Sec-WebSocket-Protocol: ${offerTicket(ticket).join(", ")}`];
  return [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers, ...proof, "\r\n"].join("\r\n");
}
