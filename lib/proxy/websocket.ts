/** Joins a visitor's WebSocket to the app's, so that hot reload works through the preview host (A18). */
import { type Ending, toApp, toVisitor } from "./close_code.ts";
import { handshakeHeaders, type HeaderMap, type Visitor } from "./headers.ts";

export interface SocketTarget extends Visitor {
  readonly upstream: string;
  /** Called for each frame of the visitor. */
  readonly onFrame: () => void;
}

/** Deno's own can send headers; with the types of browsers in scope, it has to be said. */
const ServerWebSocket = WebSocket as unknown as {
  new (url: string, options: { protocols: string[]; headers: Headers }): WebSocket;
};

/** milliseconds */
const CONNECT_TIMEOUT = 10_000;

/**
 * Bytes that may wait for a slow side. The WebSocket API cannot make the other side pause, so beyond this the pair is closed:
 * one stalled reader must not fill the memory of everybody's server. The frame that is being sent is not counted.
 */
const MAX_WAITING = 16 * 1024 * 1024;

/** 1013: try again later */
const TOO_SLOW: Ending = { code: 1013, reason: "The other side reads too slowly" };

/**
 * Connects to the app first, so that the handshake is answered with the subprotocol that the app chose. Null where the app
 * refuses or cannot be reached.
 */
export async function forwardWebSocket(
  req: Request,
  url: URL,
  from: HeaderMap,
  target: SocketTarget,
): Promise<Response | null> {
  const protocols = (from.get("sec-websocket-protocol") ?? "").split(",")
    .map((protocol) => protocol.trim()).filter((protocol) => protocol !== "");
  let app: WebSocket;
  try {
    const headers = handshakeHeaders(from, target, target.upstream);
    const address = target.upstream.replace(/^http/, "ws") + url.pathname + url.search;
    app = new ServerWebSocket(address, { protocols, headers });
  } catch {
    return null; // a subprotocol that no API takes
  }
  app.binaryType = "arraybuffer";
  // The app may speak before the visitor's side is open, and nothing of that may be lost.
  const early: (string | ArrayBuffer)[] = [];
  app.onmessage = ({ data }) => early.push(data);
  if (!await opened(app, req.signal)) return null;
  try {
    const { socket, response } = Deno.upgradeWebSocket(req, { protocol: app.protocol });
    join(socket, app, early, target.onFrame);
    return response;
  } catch {
    app.onmessage = null;
    app.close();
    return new Response("This is no WebSocket handshake.\n", { status: 400 });
  }
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (isOpen: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      socket.onopen = socket.onclose = socket.onerror = null;
      if (!isOpen) {
        socket.onmessage = null;
        // Closing what failed already does nothing; what still connects stops. It reports that as an error of its own.
        socket.onerror = () => {};
        socket.close();
      }
      resolve(isOpen);
    };
    const giveUp = () => done(false);
    const timer = setTimeout(giveUp, CONNECT_TIMEOUT);
    signal.addEventListener("abort", giveUp);
    socket.onopen = () => done(true);
    socket.onclose = socket.onerror = giveUp;
  });
}

function join(
  visitor: WebSocket,
  app: WebSocket,
  early: (string | ArrayBuffer)[],
  onFrame: () => void,
): void {
  visitor.binaryType = "arraybuffer";
  const tooSlow = (to: WebSocket) => {
    if (to.bufferedAmount <= MAX_WAITING) return false;
    end(visitor, toVisitor(TOO_SLOW), TOO_SLOW.reason);
    end(app, toApp(TOO_SLOW));
    return true;
  };
  const pass = (to: WebSocket, data: string | ArrayBuffer) => {
    if (to.readyState === WebSocket.OPEN && !tooSlow(to)) to.send(data);
  };
  let earlyEnd: Ending | null = null;
  const endVisitor = (ending: Ending) => end(visitor, toVisitor(ending), ending.reason);

  visitor.onopen = () => {
    for (const data of early) pass(visitor, data);
    early.length = 0;
    app.onmessage = ({ data }) => pass(visitor, data);
    // A close before `open` would be ignored.
    if (earlyEnd !== null) endVisitor(earlyEnd);
  };
  visitor.onmessage = ({ data }) => {
    onFrame();
    pass(app, data);
  };
  app.onclose = (ending) => {
    if (visitor.readyState === WebSocket.CONNECTING) earlyEnd = ending;
    else endVisitor(ending);
  };
  visitor.onclose = (ending) => {
    app.onmessage = null;
    end(app, toApp(ending), ending.reason);
  };
  // Each error is followed by a close, which says all there is to say.
  visitor.onerror = app.onerror = (event) => event.preventDefault();
}

function end(socket: WebSocket, code?: number, reason?: string): void {
  if (socket.readyState === WebSocket.CLOSING || socket.readyState === WebSocket.CLOSED) return;
  if (code === undefined) socket.close();
  else socket.close(code, reason);
}
