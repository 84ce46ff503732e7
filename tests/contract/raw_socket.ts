/** A WebSocket by hand, for what the built-in one does not let a test do: not to read, and to lie about its origin. */
import { offerTicket } from "../../lib/protocol/ticket.ts";
import { APP_ID } from "../preview/samples.ts";
import type { House } from "./house.ts";

export interface Handshake {
  readonly status: number;
  readonly protocol: string | undefined;
  readonly connection: Deno.TcpConn;
  /** What came with the answer and belongs to the first frames. */
  readonly rest: Uint8Array;
}

export async function handshake(house: House, origin: string, query = ""): Promise<Handshake> {
  const { hostname, port, host } = new URL(house.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [
    `GET /api/apps/${APP_ID}/events${query} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${btoa("0123456789abcdef")}`,
    `Sec-WebSocket-Protocol: ${offerTicket(await house.ticket()).join(", ")}`,
    `Origin: ${origin}`,
  ];
  await connection.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
  let bytes = new Uint8Array();
  for (let end = -1; end === -1;) {
    const some = new Uint8Array(4_096);
    bytes = concat(bytes, some.subarray(0, await connection.read(some) ?? 0));
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    end = text.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const protocol = /^sec-websocket-protocol: (.*)\r$/im.exec(text.slice(0, end + 2))?.[1];
    return { status: Number(text.split(" ")[1]), protocol, connection, rest: bytes.subarray(end + 4) };
  }
  throw new Error("No answer");
}

/** Text frames as they come; leaving the loop closes the connection. */
export async function* frames(connection: Deno.TcpConn, rest: Uint8Array): AsyncGenerator<string> {
  using _ = connection;
  let bytes = rest;
  const some = new Uint8Array(256 * 1024);
  for (;;) {
    for (let frame = readFrame(bytes); frame; frame = readFrame(bytes)) {
      bytes = bytes.subarray(frame.length);
      if (frame.opcode === 1) yield new TextDecoder().decode(frame.payload);
    }
    const count = await connection.read(some);
    if (count === null) return;
    bytes = concat(bytes, some.subarray(0, count));
  }
}

/** RFC 6455, section 5.2, for what a server sends: whole frames without a mask. */
function readFrame(bytes: Uint8Array): { opcode: number; payload: Uint8Array; length: number } | null {
  if (bytes.length < 2) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const short = view.getUint8(1) & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) return null;
  const size = short < 126 ? short : short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
  if (bytes.length < header + size) return null;
  return {
    opcode: view.getUint8(0) & 0x0f,
    payload: bytes.subarray(header, header + size),
    length: header + size,
  };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
