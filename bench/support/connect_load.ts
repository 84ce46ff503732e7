/**
 * Viewers who come, each with a ticket of his own, and are counted when they have been told the app's state, which is the
 * first that everybody is told. They stay until the last is there. From a process of its own on the core of the load.
 *
 *     const { seconds } = await connectLoad({ port, path, transport: "sse", tickets, atOnce: 64 });
 */
import { Buffer } from "node:buffer";
import { inLoadProcess, loadOptions } from "./load_process.ts";
import { openRawSockets, type Socket } from "./raw_sockets.ts";
import { type Percentiles, percentiles } from "./stats.ts";
import { streamRequest } from "./stream_request.ts";
import type { Transport } from "./transports.ts";

export interface ConnectLoad {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** `/api/apps/printer/events` */
  readonly path: string;
  readonly transport: Transport;
  /** One for each viewer. */
  readonly tickets: readonly string[];
  /** How many are on their way at once. */
  readonly atOnce: number;
}

export interface Connected {
  /** From the first connect until the last one's first event. */
  readonly seconds: number;
  /** Milliseconds from a viewer's connect to its first event. */
  readonly wait: Percentiles;
}

/** @throws where one is refused, or told something else first */
export const connectLoad = (load: ConnectLoad): Promise<Connected> =>
  inLoadProcess(import.meta.filename!, load);

/** Milliseconds without anything to read after which it is given up. */
const PATIENCE = 10_000;
/** What an answer begins with, and where its first event begins. */
const EXPECTED = {
  sse: { status: "HTTP/1.1 200", first: /\r\n\r\n.*?data: \{"type":"(\w+)"/s },
  ws: { status: "HTTP/1.1 101", first: /\r\n\r\n.*?\{(?:"id":"[^"]*",)?"type":"(\w+)"/s },
} as const;

function work({ port, path, transport, tickets, atOnce }: ConnectLoad): Connected {
  const sockets = openRawSockets();
  const buffer = new Uint8Array(65_536);
  const encoder = new TextEncoder();
  const { status, first } = EXPECTED[transport];
  /** Those who have not been told yet, and what they have read. */
  const waiting = new Map<Socket, { readonly since: number; text: string }>();
  const waits: number[] = [];
  const begun = performance.now();
  for (let next = 0; waits.length < tickets.length;) {
    while (waiting.size < atOnce && next < tickets.length) {
      const socket = sockets.connect(port);
      waiting.set(socket, { since: performance.now(), text: "" });
      sockets.send(socket, encoder.encode(streamRequest(path, transport, tickets[next++])));
    }
    let idle = true;
    for (const socket of sockets.wait(PATIENCE)) {
      idle = false;
      const length = sockets.receive(socket, buffer);
      const one = waiting.get(socket);
      // Whoever has been told is told more, and that is not looked at.
      if (one === undefined) continue;
      one.text += Buffer.from(buffer.buffer, 0, length).toString("latin1");
      if (length === 0 || (one.text.length >= status.length && !one.text.startsWith(status))) {
        throw new Error(`Refused: ${one.text.slice(0, 1_000)}`);
      }
      const type = first.exec(one.text)?.[1];
      if (type === undefined) continue;
      if (type !== "status") throw new Error(`Told of ${type} first: ${one.text.slice(0, 1_000)}`);
      waits.push(performance.now() - one.since);
      waiting.delete(socket);
    }
    if (idle) throw new Error(`${waiting.size} viewers wait, ${waits.length} are told`);
  }
  return { seconds: (performance.now() - begun) / 1000, wait: percentiles(waits) };
}

if (import.meta.main) console.log(JSON.stringify(work(await loadOptions())));
