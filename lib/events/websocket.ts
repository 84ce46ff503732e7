/** WebSocket: a sink on a socket, and the way to refuse there, where no status can be read. */
import { closeCodeOf, type ProblemCode } from "../protocol/problem.ts";
import { WS_PROTOCOL } from "../protocol/ticket.ts";
import type { Chunk } from "./chunk.ts";
import type { Farewell, Sink } from "./viewer.ts";

/** Bytes that may wait in the socket before the viewer is read for from KV instead. */
const HIGH_WATER = 256 * 1024;
/** Milliseconds between two looks at a socket that could take no more: there is no event for it. */
const LOOK_EVERY = 20;
/** Seconds after which a peer that answers no ping is gone; pings go out at half of it (A11). */
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

/** @param onGone called once, when the socket closes, from whichever side */
export function createSocketSink(socket: WebSocket, onGone: () => void): Sink {
  const open = () => socket.readyState === WebSocket.OPEN;
  const send = (text: string) => {
    if (open()) socket.send(text);
  };
  let gone = false;
  const leave = () => {
    if (!gone) onGone();
    gone = true;
  };
  socket.onclose = leave;
  // An error is followed by the close.
  socket.onerror = () => {};

  const sink: Sink = {
    write: (chunk: Chunk) => send(chunk.ws),
    ready: () => open() && socket.bufferedAmount < HIGH_WATER,
    whenReady(callback) {
      const look = () => {
        if (!open() || sink.ready()) callback();
        else setTimeout(look, LOOK_EVERY);
      };
      setTimeout(look, LOOK_EVERY);
    },
    keepAlive() {
      if (socket.bufferedAmount === 0) send("[]");
    },
    close(farewell: Farewell) {
      if (farewell.type === "reconnect") {
        const { reason, afterMs } = farewell;
        send(JSON.stringify([{ type: "reconnect", payload: { reason, afterMs } }]));
        socket.close(1000, "reconnect");
      } else if (farewell.type === "gone") {
        socket.close(closeCodeOf("unknown_app"), "unknown_app");
      } else {
        socket.close(closeCodeOf("internal_error"), "internal_error");
      }
      // A peer that never answers the goodbye must not stay on the list.
      leave();
    },
  };
  return sink;
}
