import { HttpError } from "../shared/http_error.ts";

export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

export interface WebSocketUpgradeOptions {
  /** Seconds without a sign of life after which the peer counts as gone. */
  idleTimeout?: number;
  protocol?: string;
}

const EVENTS = ["open", "message", "close", "error"] as const;

/** Tells handlers from options; `{}` counts as options. */
export function isHandlers(value: object | undefined): value is WebSocketHandlers {
  return value !== undefined && EVENTS.some((event) => event in value);
}

/** @throws {HttpError} 400 when the request does not ask for a WebSocket. */
export function upgrade(req: Request, options?: WebSocketUpgradeOptions): Deno.WebSocketUpgrade {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new HttpError(400, "Expected a WebSocket upgrade request");
  }
  return Deno.upgradeWebSocket(req, options);
}

export function listenTo(socket: WebSocket, handlers: WebSocketHandlers): void {
  if (handlers.open) socket.onopen = () => handlers.open!(socket);
  if (handlers.message) socket.onmessage = (event) => handlers.message!(socket, event);
  if (handlers.close) socket.onclose = (event) => handlers.close!(socket, event.code, event.reason);
  if (handlers.error) socket.onerror = (event) => handlers.error!(socket, event);
}
