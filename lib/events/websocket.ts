/** WebSocket: a sink on a socket, and the way to refuse there, where no status can be read. */
import { closeCodeOf, type ProblemCode } from "../protocol/problem.ts";
import { WS_PROTOCOL } from "../protocol/ticket.ts";
import type { Chunk } from "./chunk.ts";
import { type Farewell, HIGH_WATER, type Sink, type SinkOwner } from "./viewer.ts";

/**
 * Milliseconds until the first look at a socket that could take no more, and at most until the next: there is no event
 * for it. One that merely is busy has room again in the next turn; one whose peer is away has none for long.
 */
const FIRST_LOOK = 1;
const LAST_LOOK = 128;
/**
 * Seconds without a sign of the peer after which it is gone; a ping goes out at half of it (A11). Our own client gives
 * signs by itself, since on a slow line a ping waits behind all that was sent before it.
 */
const IDLE_TIMEOUT = 40;

/** How a route turns a request into a socket. */
export type Upgrade = (
  options: { protocol?: string; idleTimeout?: number },
) => { socket: WebSocket; response: Response };

/** Read the headers before: afterwards they cannot be read. */
export function upgradeOptions(headers: Pick<Headers, "get">): { protocol?: string; idleTimeout: number } {
  const offered = headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  return {
    ...(offered.includes(WS_PROTOCOL) ? { protocol: WS_PROTOCOL } : {}),
    idleTimeout: IDLE_TIMEOUT,
  };
}

/** Completes the handshake and closes with 4000 + status and the code as reason (A2). */
export function refuseSocket(headers: Pick<Headers, "get">, upgrade: Upgrade, code: ProblemCode): Response {
  const { socket, response } = upgrade(upgradeOptions(headers));
  // A close before the socket is open would be ignored.
  socket.onopen = () => socket.close(closeCodeOf(code), code);
  return response;
}

/**
 * What a client makes of it: 4404 says that the app is gone; 4401 makes it ask for a ticket, which tells it whether it is
 * signed out; 4500 makes it back off.
 */
const GOODBYES = {
  gone: "unknown_app",
  "signed-out": "not_signed_in",
  failed: "internal_error",
} as const satisfies Record<Exclude<Farewell["type"], "reconnect">, ProblemCode>;

/** Sockets whose goodbye may not have been answered yet: whoever ends the process waits for them. */
export interface OpenSockets {
  begin(): void;
  end(): void;
}

/**
 * The socket's listener, too: what is there as long as a viewer is small, and needs no closures. An error needs none, it is
 * followed by the close.
 *
 * @param owner is told once, when the socket closes, from whichever side
 */
export function createSocketSink(socket: WebSocket, owner: SinkOwner, sockets?: OpenSockets): Sink {
  const sink = new SocketSink(socket, owner, sockets);
  sockets?.begin();
  socket.addEventListener("close", sink);
  return sink;
}

class SocketSink implements Sink, EventListenerObject {
  readonly #socket: WebSocket;
  readonly #owner: SinkOwner;
  readonly #sockets: OpenSockets | undefined;
  #gone = false;
  #waiting: (() => void)[] | null = null;
  #looking: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket, owner: SinkOwner, sockets: OpenSockets | undefined) {
    this.#socket = socket;
    this.#owner = owner;
    this.#sockets = sockets;
  }

  /** Of `close`. */
  handleEvent(): void {
    this.#leave();
    this.#sockets?.end();
  }

  write(chunk: Chunk): void {
    this.#send(chunk.ws);
  }

  ready(): boolean {
    return this.#isOpen() && this.#socket.bufferedAmount < HIGH_WATER;
  }

  whenReady(callback: () => void): void {
    if (this.#gone) return queueMicrotask(callback);
    (this.#waiting ??= []).push(callback);
    this.#looking ??= setTimeout(() => this.#look(FIRST_LOOK), FIRST_LOOK);
  }

  keepAlive(): void {
    if (this.#socket.bufferedAmount === 0) this.#send("[]");
  }

  close(farewell: Farewell): void {
    if (farewell.type === "reconnect") {
      const { reason, afterMs } = farewell;
      this.#send(JSON.stringify([{ type: "reconnect", payload: { reason, afterMs } }]));
      this.#socket.close(1000, "reconnect");
    } else {
      const code = GOODBYES[farewell.type];
      this.#socket.close(closeCodeOf(code), code);
    }
    // A peer that never answers the goodbye must not stay on the list.
    this.#leave();
  }

  #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  #send(text: string): void {
    if (this.#isOpen()) this.#socket.send(text);
  }

  #look(waited: number): void {
    this.#looking = undefined;
    if (!this.#gone && !this.ready()) {
      const next = Math.min(waited * 2, LAST_LOOK);
      this.#looking = setTimeout(() => this.#look(next), next);
      return;
    }
    const callbacks = this.#waiting;
    this.#waiting = null;
    for (const callback of callbacks ?? []) callback();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#owner.gone();
    clearTimeout(this.#looking);
    this.#look(FIRST_LOOK);
  }
}
