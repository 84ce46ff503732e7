/** A WebSocket that is opened and never read: the server's socket fills up, and the viewer must not cost more than that. */
import { offerTicket } from "../../../lib/protocol/ticket.ts";
import { pause } from "./streams.ts";

/** @returns when it has left without having read more than the handshake's first bytes */
export async function stall(url: string, ticket: string, ms: number, stopping: AbortSignal): Promise<void> {
  const { hostname, port, host, pathname } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${btoa("0123456789abcdef")}`,
    `Sec-WebSocket-Protocol: ${offerTicket(ticket).join(", ")}`,
  ];
  await connection.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
  await connection.read(new Uint8Array(12));
  await pause(ms, stopping);
}
