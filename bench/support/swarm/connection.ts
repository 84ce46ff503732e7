/** One stream on a raw connection, asked for as a browser or a script would, and read when there is something. */
import { offerTicket } from "../../../lib/protocol/ticket.ts";
import type { RawSockets, Socket } from "../raw_sockets.ts";
import { createChunkedBody, createPlainBody, type Decoder } from "./http_chunks.ts";
import type { Viewer } from "./viewer.ts";
import { clientFrame, createFrames, PONG } from "./websocket_frames.ts";

export interface Ask {
  readonly port: number;
  /** With the query. */
  readonly path: string;
  readonly transport: "sse" | "ws";
  /** An API token or a ticket; null where nobody is asked. */
  readonly bearer: string | null;
  /** Tickets travel as a subprotocol with WebSocket, tokens never. */
  readonly isTicket: boolean;
}

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** What is read goes through here; the next read overwrites it, so that it stays in the processor's cache. */
const buffer = new Uint8Array(256 * 1024);

export class Connection {
  readonly socket: Socket;
  readonly #ask: Ask;
  readonly #viewer: Viewer;
  readonly #sockets: RawSockets;
  /** The answer's head as far as it has come; null behind it. */
  #head: string | null = "";
  #decoder: Decoder | null = null;

  /** Connects and asks. @throws where nobody listens */
  constructor(sockets: RawSockets, ask: Ask, viewer: Viewer) {
    this.#sockets = sockets;
    this.#ask = ask;
    this.#viewer = viewer;
    this.socket = sockets.connect(ask.port);
    sockets.send(this.socket, encoder.encode(requestHead(ask)));
  }

  /** True when the answer's head was read. */
  get isOpen(): boolean {
    return this.#head === null;
  }

  /**
   * Reads once what is there, and gives it to the viewer.
   * @returns how many bytes; 0 at the end
   * @throws where it is a refusal, or not what the viewer has to get
   */
  read(): number {
    const length = this.#sockets.receive(this.socket, buffer);
    if (length === 0) return 0;
    if (this.#decoder !== null) this.#decoder.feed(buffer, length);
    else this.#readHead(buffer.subarray(0, length));
    return length;
  }

  /** Tells a WebSocket's server that somebody is there, as our client does: its ping may come behind megabytes. */
  signOfLife(): void {
    if (this.#ask.transport === "ws" && this.isOpen) {
      this.#sockets.send(this.socket, clientFrame(PONG, new Uint8Array()));
    }
  }

  #readHead(bytes: Uint8Array): void {
    const known = this.#head!.length;
    const head = this.#head! + latin1.decode(bytes);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) {
      this.#head = head;
      return;
    }
    const expected = this.#ask.transport === "ws" ? "101" : "200";
    if (head.split(" ", 2)[1] !== expected) {
      throw new Error(`Refused: ${head.split("\r\n")[0]} ${head.slice(end + 4)}`);
    }
    this.#head = null;
    this.#decoder = this.#decoderFor(head.slice(0, end));
    const rest = bytes.subarray(end + 4 - known);
    if (rest.length > 0) this.#decoder.feed(rest, rest.length);
  }

  #decoderFor(head: string): Decoder {
    const viewer = this.#viewer;
    const ended = () => {};
    if (this.#ask.transport === "sse") {
      const to = { piece: viewer.sse.bind(viewer), ended };
      return /^transfer-encoding: *chunked/im.test(head) ? createChunkedBody(to) : createPlainBody(to);
    }
    return createFrames({
      piece: viewer.ws.bind(viewer),
      ended,
      pong: (payload) => this.#sockets.send(this.socket, clientFrame(PONG, payload)),
      closed: (code, reason) => viewer.farewell ??= `${code} ${reason}`,
    });
  }
}

function requestHead({ port, path, transport, bearer, isTicket }: Ask): string {
  const asProtocol = transport === "ws" && isTicket && bearer !== null;
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(bearer !== null && !asProtocol ? [`Authorization: Bearer ${bearer}`] : []),
    ...(asProtocol ? [`Sec-WebSocket-Protocol: ${offerTicket(bearer).join(", ")}`] : []),
    ...(transport === "sse" ? ["Accept: text/event-stream"] : [
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]),
    "\r\n",
  ].join("\r\n");
}
