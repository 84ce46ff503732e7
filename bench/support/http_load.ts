/**
 * Asks a server for the same thing again and again, over connections that are kept, from a process of its own on the core
 * of the load. Nothing is piped: each connection asks when it has its answer, or when its time has come.
 *
 *     const { perSecond, latency } = await httpLoad({ port, path: "/healthz", connections: 32, seconds: 3 });
 *
 * The first answer is the expected one: every other has to have its status and, byte by byte, its body.
 */
import { Buffer } from "node:buffer";
import { createAnswerReader } from "./http_answer.ts";
import type { Decoder } from "./swarm/http_chunks.ts";
import { inLoadProcess, loadOptions } from "./load_process.ts";
import { openRawSockets, type RawSockets, type Socket } from "./raw_sockets.ts";
import { type Percentiles, percentiles } from "./stats.ts";

export interface HttpLoad {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** With the query. */
  readonly path: string;
  /** Besides `Host`, which is `127.0.0.1:port` unless told. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Seconds that are measured; before them it asks for `warmUp`, half a second unless told. */
  readonly seconds: number;
  readonly warmUp?: number;
  /** Requests a second of all connections together, evenly; as many as are answered unless told. */
  readonly rate?: number;
  /** What the answers are, where the caller knows it better than the first one: their status, and the length of the body. */
  readonly expect?: { readonly status?: number; readonly length?: number };
}

export interface HttpLoaded {
  readonly requests: number;
  readonly perSecond: number;
  /** Bytes of one answer's body. */
  readonly length: number;
  /**
   * Milliseconds from the request to the end of its answer. Where there is a rate, from when it was due: a server that is
   * late once is late for all who would have come meanwhile.
   */
  readonly latency: Percentiles;
  /** Milliseconds from the request to the first byte of its answer. */
  readonly firstByte: Percentiles;
}

/** @throws where an answer is not the expected one, or a connection ends */
export const httpLoad = (load: HttpLoad): Promise<HttpLoaded> => inLoadProcess(import.meta.filename!, load);

/** One connection; times are milliseconds of `performance.now`. */
interface Asker {
  readonly reader: Decoder;
  /** When it asks next, or since when it waits for its answer. */
  due: number;
  asking: boolean;
  /** When the first byte of the answer came; 0 before. */
  first: number;
  /** When the last answer was complete. */
  free: number;
}

function work(load: HttpLoad): HttpLoaded {
  const { port, path, connections, seconds, warmUp = 0.5, rate, expect = {} } = load;
  const headers = { Host: `127.0.0.1:${port}`, ...load.headers };
  const head = [
    `GET ${path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const request = new TextEncoder().encode(head.join("\r\n") + "\r\n\r\n");
  const sockets = openRawSockets();
  const buffer = new Uint8Array(65_536);
  const expected = firstAnswer(sockets, port, request, expect.status ?? 200);
  if (expect.length !== undefined && expected.length !== expect.length) {
    throw new Error(`A body of ${expected.length} bytes: ${expected.subarray(0, 500)}`);
  }

  /** Milliseconds between two requests of one connection; 0: at once. */
  const every = rate === undefined ? 0 : 1000 * connections / rate;
  const begun = performance.now();
  const from = begun + warmUp * 1000;
  const until = from + seconds * 1000;
  const latencies: number[] = [];
  const firstBytes: number[] = [];
  let now = begun;

  function ended(asker: Asker): void {
    asker.asking = false;
    asker.free = now;
    if (asker.due >= from && now <= until) {
      latencies.push(now - asker.due);
      firstBytes.push(asker.first - asker.due);
    }
    asker.due = every > 0 ? asker.due + every : now;
  }

  const askers = new Map<Socket, Asker>();
  for (let i = 0; i < connections; i++) {
    const asker: Asker = {
      reader: expecting(expected, expect.status ?? 200, () => ended(asker)),
      due: begun + i * every / connections,
      asking: false,
      first: 0,
      free: 0,
    };
    askers.set(sockets.connect(port), asker);
  }

  function ask(socket: Socket, asker: Asker): void {
    // Due while the answer before was awaited: that is the server's delay. Woken late: that is our own.
    if (asker.free <= asker.due) asker.due = now;
    sockets.send(socket, request);
    asker.asking = true;
    asker.first = 0;
  }

  while (now < until) {
    let next = until;
    for (const [socket, asker] of askers) {
      if (!asker.asking && asker.due <= now) ask(socket, asker);
      if (!asker.asking) next = Math.min(next, asker.due);
    }
    for (const socket of sockets.wait(Math.max(0, next - now))) {
      const asker = askers.get(socket)!;
      const length = sockets.receive(socket, buffer);
      now = performance.now();
      if (length === 0) throw new Error("The server closed the connection");
      if (asker.first === 0) asker.first = now;
      asker.reader.feed(buffer, length);
      if (!asker.asking && asker.due <= now) ask(socket, asker);
    }
    now = performance.now();
  }
  if (latencies.length === 0) throw new Error("Nothing was answered");
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    length: expected.length,
    latency: percentiles(latencies),
    firstByte: percentiles(firstBytes),
  };
}

/** The body, whatever it is. */
function firstAnswer(
  sockets: RawSockets,
  port: number,
  request: Uint8Array<ArrayBuffer>,
  status: number,
): Buffer {
  const pieces: Uint8Array[] = [];
  let got = 0;
  let ended = false;
  const reader = createAnswerReader({
    head: (is) => got = is,
    body: (bytes) => pieces.push(bytes.slice()),
    ended: () => ended = true,
  });
  const socket = sockets.connect(port);
  sockets.send(socket, request);
  const buffer = new Uint8Array(65_536);
  while (!ended) {
    const length = sockets.receive(socket, buffer);
    if (length === 0) throw new Error("The server closed the connection within its answer");
    reader.feed(buffer, length);
  }
  sockets.close(socket);
  const body = Buffer.concat(pieces);
  if (got !== status) throw new Error(`${got} instead of ${status}: ${body.subarray(0, 500)}`);
  return body;
}

/** Takes answers that have to be like the first. @throws where one is not */
function expecting(expected: Buffer, status: number, onEnd: () => void): Decoder {
  let offset = 0;
  return createAnswerReader({
    head(is) {
      if (is !== status) throw new Error(`${is} instead of ${status}`);
      offset = 0;
    },
    body(bytes) {
      if (expected.compare(bytes, 0, bytes.length, offset, offset + bytes.length) !== 0) {
        throw new Error(`Another body at byte ${offset}: ${Buffer.from(bytes).toString()}`);
      }
      offset += bytes.length;
    },
    ended() {
      if (offset !== expected.length) {
        throw new Error(`A body of ${offset} bytes, and not ${expected.length}`);
      }
      onEnd();
    },
  });
}

if (import.meta.main) console.log(JSON.stringify(work(await loadOptions())));
