/**
 * WebSockets on which one message at a time goes out and has to come back, from a process of its own on the core of the
 * load.
 *
 *     const { perSecond } = await echoLoad({ port, path: "/echo", connections: 16, seconds: 3 });
 */
import { Buffer } from "node:buffer";
import { inLoadProcess, loadOptions } from "./load_process.ts";
import { openRawSockets, type Socket } from "./raw_sockets.ts";
import { type Percentiles, percentiles } from "./stats.ts";
import type { Decoder } from "./swarm/http_chunks.ts";
import { clientFrame, createFrames } from "./swarm/websocket_frames.ts";

export interface EchoLoad {
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly path: string;
  /** `127.0.0.1:port` unless told. */
  readonly host?: string;
  readonly connections: number;
  /** Seconds that are measured; before them it goes on for `warmUp`, half a second unless told. */
  readonly seconds: number;
  readonly warmUp?: number;
}

export interface EchoLoaded {
  readonly roundTrips: number;
  readonly perSecond: number;
  /** Milliseconds of a round trip. */
  readonly latency: Percentiles;
}

/** @throws where a message comes back as another, or a connection ends */
export const echoLoad = (load: EchoLoad): Promise<EchoLoaded> => inLoadProcess(import.meta.filename!, load);

/** Characters of a message, of which the first are its number. */
const LENGTH = 64;
const TEXT = 1;
const HEAD_END = "\r\n\r\n";

interface Echoer {
  readonly frames: Decoder;
  /** What has to come back. */
  message: Buffer;
  sent: number;
}

function work(
  { port, path, host = `127.0.0.1:${port}`, connections, seconds, warmUp = 0.5 }: EchoLoad,
): EchoLoaded {
  const sockets = openRawSockets();
  const buffer = new Uint8Array(65_536);
  const latencies: number[] = [];
  let number = 0;

  function open(): Socket {
    const socket = sockets.connect(port);
    const head = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ];
    sockets.send(socket, new TextEncoder().encode(head.join("\r\n") + HEAD_END));
    let answer = "";
    while (!answer.includes(HEAD_END)) {
      const length = sockets.receive(socket, buffer);
      if (length === 0) break;
      answer += Buffer.from(buffer.buffer, 0, length).toString("latin1");
    }
    if (!/^HTTP\/1\.1 101 /.test(answer) || !answer.endsWith(HEAD_END)) throw new Error(`Refused: ${answer}`);
    return socket;
  }

  function send(socket: Socket, echoer: Echoer): void {
    echoer.message = Buffer.from(String(++number).padEnd(LENGTH, "."));
    echoer.sent = performance.now();
    sockets.send(socket, clientFrame(TEXT, echoer.message) as Uint8Array<ArrayBuffer>);
  }

  const begun = performance.now();
  const from = begun + warmUp * 1000;
  const until = from + seconds * 1000;
  const echoers = new Map<Socket, Echoer>();
  for (let i = 0; i < connections; i++) {
    const socket = open();
    const frames = createFrames({
      piece(bytes, first, last) {
        if (!first || !last || echoer.message.compare(bytes) !== 0) {
          throw new Error(`Not what was sent: ${Buffer.from(bytes).toString()}`);
        }
        const now = performance.now();
        if (echoer.sent >= from && now <= until) latencies.push(now - echoer.sent);
        send(socket, echoer);
      },
      ended: () => {},
      pong: () => {},
      closed: (code, reason) => {
        throw new Error(`Closed with ${code} ${reason}`);
      },
    });
    const echoer: Echoer = { frames, message: Buffer.alloc(0), sent: 0 };
    echoers.set(socket, echoer);
    send(socket, echoer);
  }
  while (performance.now() < until) {
    for (const socket of sockets.wait(until - performance.now())) {
      const length = sockets.receive(socket, buffer);
      if (length === 0) throw new Error("The server closed the connection");
      echoers.get(socket)!.frames.feed(buffer, length);
    }
  }
  if (latencies.length === 0) throw new Error("Nothing came back");
  return {
    roundTrips: latencies.length,
    perSecond: latencies.length / seconds,
    latency: percentiles(latencies),
  };
}

if (import.meta.main) console.log(JSON.stringify(work(await loadOptions())));
