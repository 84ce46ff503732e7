/** WebSocket: a sink on a socket, and the way to refuse there, where no status can be read. */
import { closeCodeOf, type ProblemCode } from "../protocol/problem.ts";
import { WS_PROTOCOL } from "../protocol/ticket.ts";
import type { Chunk } from "./chunk.ts";
import { type Farewell, HIGH_WATER, type Sink } from "./viewer.ts";

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
export function upgradeOptions(req: Request): { protocol?: string; idleTimeout: number } {
  const offered = req.headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  return {
    ...(offered.includes(WS_PROTOCOL) ? { protocol: WS_PROTOCOL } : {}),
    idleTimeout: IDLE_TIMEOUT,
  };
}

/** Completes the handshake and closes with 4000 + status and the code as reason (A2). */
export function refuseSocket(req: Request, upgrade: Upgrade, code: ProblemCode): Response {
  const { socket, response } = upgrade(upgradeOptions(req));
  // A close before the socket is open would be ignored.
  socket.onopen = () => socket.close(closeCodeOf(code), code);
  socket.onerror = () => {};
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

/** @param onGone called once, when the socket closes, from whichever side */
export function createSocketSink(socket: WebSocket, onGone: () => void): Sink {
  const open = () => socket.readyState === WebSocket.OPEN;
  const send = (text: string) => {
    if (open()) socket.send(text);
  };
  let gone = false;
  let waiting: (() => void)[] = [];
  let looking: ReturnType<typeof setTimeout> | undefined;
  const look = (waited = FIRST_LOOK) => {
    clearTimeout(looking);
    looking = undefined;
    if (!gone && !sink.ready()) {
      const next = Math.min(waited * 2, LAST_LOOK);
      looking = setTimeout(look, next, next);
      return;
    }
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  const leave = () => {
    if (gone) return;
    gone = true;
    onGone();
    look();
  };
  socket.onclose = leave;
  // An error is followed by the close.
  socket.onerror = () => {};

  const sink: Sink = {
    write: (chunk: Chunk) => send(chunk.ws),
    ready: () => open() && socket.bufferedAmount < HIGH_WATER,
    whenReady(callback) {
      if (gone) return queueMicrotask(callback);
      waiting.push(callback);
      looking ??= setTimeout(look, FIRST_LOOK);
    },
    keepAlive() {
      if (socket.bufferedAmount === 0) send("[]");
    },
    close(farewell: Farewell) {
      if (farewell.type === "reconnect") {
        const { reason, afterMs } = farewell;
        send(JSON.stringify([{ type: "reconnect", payload: { reason, afterMs } }]));
        socket.close(1000, "reconnect");
      } else {
        const code = GOODBYES[farewell.type];
        socket.close(closeCodeOf(code), code);
      }
      // A peer that never answers the goodbye must not stay on the list.
      leave();
    },
  };
  return sink;
}
