/** Streams as the server sends them, made by the server's own encoder, and viewers that read them. */
import { Chunk, type Item } from "../../lib/events/chunk.ts";
import { formatCursor } from "../../lib/protocol/cursor.ts";
import { DeployId } from "../../lib/protocol/ids.ts";
import { createChunkedBody } from "../../bench/support/swarm/http_chunks.ts";
import { StreamRecord } from "../../bench/support/swarm/record.ts";
import { Viewer } from "../../bench/support/swarm/viewer.ts";
import { createFrames } from "../../bench/support/swarm/websocket_frames.ts";

export type Transport = "sse" | "ws";

const deployId = DeployId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
const encoder = new TextEncoder();

/** Line `line` of the log, in which the printer says this. */
export function logItem(line: number, message: string): Item {
  const position = { rev: 3, lines: { [deployId]: line + 1 } };
  return {
    id: formatCursor(position),
    event: {
      type: "log",
      payload: {
        deployId,
        line,
        source: "dev-server",
        stream: "stdout",
        message,
        timestamp: 1_700_000_000_000,
      },
    },
  };
}

/** The mark `m`, then what the printer said `count` times. */
export function lines(count: number): Item[] {
  const printed = Array.from(
    { length: count },
    (_, i) => logItem(i + 1, `n ${i + 1} ${1_700_000_000_000_000 + i} "quoted" },{"id":" \\ padding.`),
  );
  return [logItem(0, "mark m"), ...printed];
}

/** As it is on the wire, one flush for each array of items; null is a keepalive. */
export function wire(transport: Transport, flushes: readonly (readonly Item[] | null)[]): Uint8Array {
  const parts = flushes.map((items) => {
    const chunk = items && new Chunk(items, { rev: 3, lines: {} });
    if (transport === "sse") return httpChunk(chunk ? chunk.sse : encoder.encode(": still here\n\n"));
    return textFrame(chunk ? chunk.ws : "[]");
  });
  return joined(parts);
}

export function httpChunk(bytes: Uint8Array): Uint8Array {
  return joined([encoder.encode(`${bytes.length.toString(16)}\r\n`), bytes, encoder.encode("\r\n")]);
}

/** As a server sends it: without a mask. */
export function textFrame(text: string, opcode = 1): Uint8Array {
  const payload = encoder.encode(text);
  const { length } = payload;
  const head = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return joined([new Uint8Array([0x80 | opcode, ...head]), payload]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A viewer that takes bytes as they come from a connection. */
export function viewerOf(record: StreamRecord, mark = "m") {
  const pongs: string[] = [];
  let marked = 0;
  const viewer = new Viewer(record, mark, () => marked++);
  const open = () =>
    record.transport === "sse"
      ? createChunkedBody({ piece: viewer.sse.bind(viewer), ended: () => {} })
      : createFrames({
        piece: viewer.ws.bind(viewer),
        ended: () => {},
        pong: (payload) => pongs.push(new TextDecoder().decode(payload)),
        closed: (code, reason) => viewer.farewell ??= `${code} ${reason}`,
      });
  let decoder = open();
  return {
    viewer,
    pongs,
    get marked() {
      return marked;
    },
    /** @param size bytes that come at once; what is decoded may be changed, so each gets a copy */
    read(bytes: Uint8Array, size = bytes.length) {
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.slice(at, at + size);
        decoder.feed(piece, piece.length);
      }
    },
    /** In a new stream. @returns the cursor */
    again() {
      decoder = open();
      return viewer.rewind();
    },
  };
}

export const recordOf = (transport: Transport) => new StreamRecord(transport, "ours");
