/** Which transport a request asks for, and from where it wants to go on. Pure. */
import { parseCursor, type Position } from "../protocol/cursor.ts";

export type TransportName = "websocket" | "sse" | "json";

/**
 * | request | transport |
 * |---|---|
 * | `Upgrade: websocket` | WebSocket |
 * | `Accept` names `text/event-stream`, and nothing of JSON before it | SSE |
 * | anything else | JSON |
 */
export function negotiate(headers: Pick<Headers, "get">): TransportName {
  if (headers.get("upgrade")?.trim().toLowerCase() === "websocket") return "websocket";
  const types = (headers.get("accept") ?? "").toLowerCase().split(",").map((type) =>
    type.split(";")[0].trim()
  );
  const sse = types.indexOf("text/event-stream");
  const json = types.indexOf("application/json");
  return sse !== -1 && (json === -1 || sse < json) ? "sse" : "json";
}

/** Seconds that a long poll may be held. */
const MAX_WAIT = 20;

export interface Resume {
  readonly cursor: Position | null;
  readonly waitMs: number;
}

/** `Last-Event-ID` is newer than the address it comes with: a browser repeats the first address. Null: no cursor of ours. */
export function resumeFrom(query: URLSearchParams, headers: Pick<Headers, "get">): Resume | null {
  const text = headers.get("last-event-id") || query.get("after") || null;
  const cursor = text === null ? null : parseCursor(text);
  if (text !== null && cursor === null) return null;
  const wait = Number(query.get("wait") ?? 0);
  return { cursor, waitMs: Number.isFinite(wait) ? Math.min(Math.max(wait, 0), MAX_WAIT) * 1000 : 0 };
}
